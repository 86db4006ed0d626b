import type { DataFolderChoice } from "../data-folder.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import { closeCodes, type StaysDown } from "../../app/contract/browser-session.ts";
import { connectCore, type CoreClient } from "../core/core-client.ts";
import { superviseCore, type SupervisedCore } from "../core/core-supervisor.ts";
import type { DatabaseChoice } from "../core/database-choice.ts";
import { openSettings } from "../core/keeping/settings-store.ts";
import type { OnCoreProgress } from "../core/core-step.ts";
import { startCoreThread, type CoreThreadPort } from "../core/start-core-thread.ts";
import { answerHttp } from "./http-routes.ts";
import { listenForFolder } from "./listen.ts";
import { openLogFile } from "./log-file.ts";
import { createOneTimeTokens } from "./one-time-token.ts";
import { builtScreens, type Theme } from "./screen-files.ts";
import { hasDesktop, showOnDesktop } from "./show-on-desktop.ts";
import { openSessionKeys } from "./session-keys.ts";
import { acceptTabSockets } from "./tab-sockets.ts";

// Imported, it would load all that Node has for `fetch`, which nobody uses: 0.1 s of each start.
const { createServer } = process.getBuiltinModule("node:http");

export interface ServeOptions {
  readonly dataFolder: DataFolderChoice;
  /** The data folder's own file by default. */
  readonly database?: DatabaseChoice;
  /** Null: the one that this folder had before, or any. */
  readonly port: number | null;
  readonly workFolder?: string | undefined;
  readonly onProgress?: OnCoreProgress;
  /** The engine ended by itself, or works again: a line for whoever watches the terminal. */
  readonly onTrouble?: (message: string) => void;
  /** Shows a folder to whoever sits at this machine; null where nobody could see it. */
  readonly showFolder?: ((folder: string) => void) | null;
  /** For tests. */
  readonly screens?: string;
  readonly now?: () => number;
  readonly onCoreThread?: (port: CoreThreadPort) => void;
}

export interface Served {
  readonly port: number;
  readonly state: CoreClient["state"];
  /** An address with a fresh one-time token. */
  newAddress(): string;
  /** Drains and closes; called again with 0 it stops draining. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/**
 * Browser mode: the core in its thread, the screens over loopback. Resolves when the core has recovered
 * and the port is open. Rejects with StorageError (IN_USE names the owner), DataFolderError, DataMovedError.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { dataFolder, port: named, now = Date.now } = options;
  const { showFolder = hasDesktop(process.env) ? showOnDesktop : null } = options;
  // The folder is made, checked and owned by the core: nothing is written there before.
  let log = (...record: Parameters<ReturnType<typeof openLogFile>>): void => {
    early.push(record);
  };
  const early: Parameters<ReturnType<typeof openLogFile>>[] = [];
  const startClient: SupervisedCore["start"] = async ({ isRestart }) => {
    const { workFolder, database = { kind: "sqlite" } } = options;
    const thread = startCoreThread({
      dataFolder,
      database,
      host: "serve",
      name: "handshake serve",
      workFolder,
      isRestart,
      abilities: showFolder === null ? [] : ["reveal-data"],
    });
    options.onCoreThread?.(thread);
    const { onProgress } = options;
    return connectCore(thread, {
      onLog: (level, source, message) => log(level, source, message),
      ...(onProgress === undefined ? {} : { onProgress }),
      onHostAction(action) {
        if (action === "reveal-data") showFolder?.(dataFolder.path);
      },
    });
  };
  const hasCopy = (options.database ?? { kind: "sqlite" }).kind === "sqlite";
  let down: StaysDown | null = null;
  const staysDownOf = (error: Error): StaysDown => {
    // Where the data is, so that a person can look after it.
    const place = error instanceof StorageError ? ` Data folder: ${dataFolder.path}` : "";
    return { kind: "stays_down", message: error.message + place, hasCopy };
  };
  const supervisor = await superviseCore({
    start: startClient,
    now,
    onEnd(error, { staysDown }) {
      log("error", "serve", `The engine ended: ${error.stack ?? error.message}`);
      down = staysDown ? staysDownOf(error) : null;
      tabs?.endAll();
      options.onTrouble?.("Engine stopped; history is readable with `handshake runs`.");
    },
    onRestart() {
      down = null;
      options.onTrouble?.("The engine was started again.");
    },
  });
  log = openLogFile(dataFolder.path);
  for (const record of early) log(...record);

  const onDamage = (path: string): void =>
    log("warn", "serve", `${path} is damaged: it counts as empty.`);
  const onRefusal = (message: string): void => log("warn", "serve", message);
  const { path: folder } = dataFolder;
  const tokens = createOneTimeTokens(now);
  const sessions = openSessionKeys({ dataFolder: folder, now, onDamage });
  let port = 0;
  const server = createServer((request, response) => {
    const routes = {
      port: () => port,
      tokens,
      sessions,
      screens: options.screens ?? builtScreens,
      // The core writes it; read anew, so that a reload shows what was set.
      theme: (): Theme => openSettings(folder, onDamage).get().theme,
      onRefusal,
      onRevoked: (key: string) => tabs?.closeOf(key),
      // While an engine works its files change: a copy of them would be torn.
      copied: () => (down?.hasCopy === true ? folder : null),
    };
    answerHttp(routes, request, response).catch((error: unknown) => {
      log(
        "error",
        "serve",
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      response.destroy();
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  const tabs = acceptTabSockets({
    server,
    port: () => port,
    sessions,
    now,
    core: () => supervisor.core,
    down: () => down,
    onRefusal,
  });
  try {
    port = await listenForFolder(server, { dataFolder: folder, named, onDamage });
  } catch (error) {
    await supervisor.close({ drainMs: 0 });
    throw error;
  }
  const { core } = supervisor;
  if (core === null) throw new Error("The engine ended while it was started. Start it again.");
  return {
    port,
    state: core.state,
    newAddress: () => `http://127.0.0.1:${port}/#token=${tokens.issue()}`,
    async close({ drainMs }) {
      // Tabs see how their runs are left before they are hung up on.
      await supervisor.close({ drainMs });
      tabs.closeAll(closeCodes.goingAway, "Handshake has ended.");
      server.close();
      server.closeAllConnections();
    },
  };
}
