import { timestamp } from "../../../app/engine/clock.ts";
import { appVersion } from "../app-version.ts";
import { keepDatabaseChoice } from "../keeping/chosen-database.ts";
import { RequestError } from "../request-error.ts";
import { diagnosticsParts } from "./diagnostics.ts";
import type { Handlers, HandlerParts } from "./handler.ts";

type Names =
  | "data.info"
  | "data.reveal"
  | "data.move"
  | "data.chooseFolder"
  | "app.restart"
  | "data.backup"
  | "data.chooseDatabase"
  | "diagnostics.preview"
  | "diagnostics.export"
  | "log.write";

const logRecordsPerSecond = 20;

export function dataHandlers(parts: HandlerParts): Handlers<Names> {
  const { core, dataDesk, dataFolder, hostDesk, moveDesk, log, now } = parts;
  let second = 0;
  let written = 0;
  return {
    "data.info": async () => {
      const { backend, version, schemaVersion, location, settings } = await core.storage.describe();
      return {
        folder: dataFolder,
        canReveal: hostDesk.can("reveal-data"),
        canRestart: hostDesk.can("restart"),
        canChooseFolder: hostDesk.can("choose-folder"),
        move: moveDesk.planned(),
        location,
        canBackUp: dataDesk.canBackUp,
        ...dataDesk.sizes(),
        backups: dataDesk.backups(),
        storage: { backend, version, schemaVersion, settings: { ...settings } },
        app: {
          version: appVersion,
          node: process.versions.node,
          platform: `${process.platform} ${process.arch}`,
        },
      };
    },
    "data.reveal": async () => {
      hostDesk.ask("reveal-data");
      return {};
    },
    "data.move": async ({ folder }) => {
      if (folder !== null) return { move: moveDesk.plan(folder) };
      moveDesk.takeBack();
      return { move: null };
    },
    "data.chooseFolder": async () => ({ folder: await hostDesk.chooseFolder() }),
    "app.restart": async () => {
      hostDesk.ask("restart");
      return {};
    },
    "data.chooseDatabase": ({ url }) => keepDatabaseChoice({ dataFolder, url }),
    "data.backup": async () => ({ backup: await dataDesk.backUp() }),
    "diagnostics.preview": async () => ({ parts: await diagnosticsParts(parts) }),
    "diagnostics.export": async ({ parts: chosen }) => {
      const all = await diagnosticsParts(parts);
      const kept = all.filter(({ name }) => chosen.includes(name));
      const sections = kept.map(({ name, text }) => `${JSON.stringify(name)}: ${text}`);
      return {
        fileName: `handshake-diagnostics-${timestamp(now()).slice(0, 10)}.json`,
        text: `{\n${sections.join(",\n")}\n}\n`,
      };
    },
    "log.write": async ({ level, message }) => {
      const at = Math.floor(now() / 1_000);
      if (at !== second) {
        second = at;
        written = 0;
      }
      written += 1;
      if (written > logRecordsPerSecond) {
        throw new RequestError("BUSY", `The log takes ${logRecordsPerSecond} records a second.`);
      }
      log(level, "screen", message);
      return {};
    },
  };
}
