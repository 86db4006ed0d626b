import { readdirSync } from "node:fs";
import { app } from "electron";
import type { UpdateAction, UpdateState } from "../../../app/contract/update.ts";
import { defaultMigrationsFolder } from "../../storage/sqlite/sqlite-migrations-folder.ts";
import type { AppLog } from "../app-log.ts";
import { openElectronFeed } from "./electron-update-feed.ts";
import { packagedUpdateConfig, readUpdateConfig } from "./update-config.ts";
import { createUpdateFlow, type UpdateFlow } from "./update-flow.ts";
import { whyByHand } from "./why-by-hand.ts";

export interface WatchUpdatesOptions {
  readonly log: AppLog;
  readonly mayLookByItself: () => boolean;
  readonly activeRuns: () => Promise<number>;
  readonly onState: (state: UpdateState) => void;
  readonly leave: (last: () => void) => void;
}

export interface Updates {
  act(action: UpdateAction): void;
  noteRunsChanged(): void;
}

const hourMs = 60 * 60_000;

/** The app's updates, where its build names a feed. Until somebody asks, nothing is loaded or opened. */
export function watchUpdates(options: WatchUpdatesOptions): Updates {
  const config = readUpdateConfig(configFile());
  if (config === null) {
    options.onState({
      state: "unavailable",
      reason: app.isPackaged ? "no_feed" : "not_packaged",
    });
    return { act: () => undefined, noteRunsChanged: () => undefined };
  }
  const { log, ...flowOptions } = options;
  const executable = app.getPath("exe");
  const flow: UpdateFlow = createUpdateFlow({
    ...flowOptions,
    feed: openElectronFeed(config, log),
    host: config.host,
    schemaVersion: newestMigration(),
    whyByHand: () => whyByHand({ platform: process.platform, executable, config }),
    now: Date.now,
  });
  flow.lookIfDue();
  setInterval(() => flow.lookIfDue(), hourMs).unref();
  return flow;
}

/** A build that is not packaged names one only for trying it. */
function configFile(): string {
  if (app.isPackaged) return packagedUpdateConfig(process.resourcesPath);
  return process.env["HANDSHAKE_UPDATE_CONFIG"] ?? "";
}

function newestMigration(): number {
  const numbers = readdirSync(defaultMigrationsFolder).map((name) => Number.parseInt(name, 10));
  return Math.max(...numbers.filter((number) => Number.isInteger(number)));
}
