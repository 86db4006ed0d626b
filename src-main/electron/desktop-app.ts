import { app, BrowserWindow, powerMonitor, shell } from "electron";
import type { AppRequest } from "../../app/contract/app-bridge.ts";
import type { Settings } from "../../app/contract/settings.ts";
import { connectCore, type CoreClient } from "../core/core-client.ts";
import { chooseDatabase, type DatabaseChoice } from "../core/database-choice.ts";
import type { HostAction } from "../core/host-desk.ts";
import { superviseCore, type CoreSupervisor } from "../core/core-supervisor.ts";
import { startCoreThread } from "../core/start-core-thread.ts";
import type { CoreStep, OnCoreProgress } from "../core/core-step.ts";
import { DataMovedError, type DataFolderChoice } from "../data-folder.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { Opening } from "../../app/contract/opening.ts";
import type { UpdateState } from "../../app/contract/update.ts";
import type { AppLog } from "./app-log.ts";
import type { CoreDown } from "./bridge-channel.ts";
import { chooseFolder } from "./choose-folder.ts";
import { openCoreDesk, type CoreDesk, type CoreDeskEvents } from "./core-desk.ts";
import type { DesktopObserver } from "./desktop-observer.ts";
import { createDesktopSigns } from "./desktop-signs.ts";
import { exportData, refuseExport } from "./export-data.ts";
import { showFailureWindow } from "./failure-window.ts";
import { createIpcBridge } from "./ipc-bridge.ts";
import { bringToFront, openMainWindow } from "./main-window.ts";
import { collectOpenings } from "./openings.ts";
import { createQuitFlow } from "./quit-flow.ts";
import { askToQuit } from "./quit-question.ts";
import { relaunch } from "./relaunch.ts";
import { prepareStartupWindow, type StartupWindow } from "./startup-window.ts";
import { watchUpdates } from "./updates/watch-updates.ts";

export interface DesktopAppOptions {
  readonly dataFolder: DataFolderChoice;
  /** Where relative folders of workflows without a file begin; the core has a default. */
  readonly workFolder: string | undefined;
  readonly log: AppLog;
  /** As a person has set them just now. */
  readonly settings: () => Settings;
  /** Electron is ready, and every page that opens is guarded. */
  readonly prepared: Promise<void>;
  readonly observer: DesktopObserver | null;
}

/** From the lock to the window: core thread → recovery done → window; and the way back. */
export function runDesktopApp(options: DesktopAppOptions): void {
  const { dataFolder, workFolder, log, settings, prepared, observer } = options;
  const bridge = createIpcBridge({
    log,
    onDocument,
    onAppRequest: (request) => void actWhileDown(request),
  });
  let supervisor: Promise<CoreSupervisor> | null = null;
  let core: CoreClient | null = null;
  let updateState: UpdateState | null = null;
  let desk: CoreDesk | null = null;
  let signs: CoreDeskEvents | null = null;
  let mainWindow: BrowserWindow | null = null;

  const quit = createQuitFlow({
    // A core that is stuck or gone has nothing that a question could save.
    activeRuns: async () => (await desk?.activeRuns()) ?? 0,
    ask: askToQuit,
    // A start that is under way is waited for, as long as the quitting may take.
    closeCore: async (options) => (await supervisor)?.close(options),
    end: () => app.exit(observer?.onEnd() ?? 0),
    beginAgain() {
      relaunch();
      app.exit(0);
    },
  });
  app.on("before-quit", (event) => {
    event.preventDefault();
    quit.request();
  });
  // Leaving is decided where a window closes: between two windows there may be none.
  app.on("window-all-closed", () => undefined);
  const openings = collectOpenings({ log, onOpened: showWhatIsOpen });
  app.on("activate", showWhatIsOpen);
  const updates = watchUpdates({
    log,
    mayLookByItself: () => settings().checkForUpdates === "yes",
    // While nobody can tell, there may be some.
    activeRuns: async () => (await desk?.activeRuns()) ?? Number.POSITIVE_INFINITY,
    onState(next) {
      updateState = next;
      core?.setUpdate(next);
    },
    leave: (last) => quit.leaveFor(last),
  });
  void prepared.then(() => powerMonitor.on("shutdown", () => quit.shutDown()));
  void start();

  async function start(): Promise<void> {
    let step: CoreStep = "locking";
    let startup: StartupWindow | null = null;
    const starting = startSupervisor((next, amount) => {
      if (amount === undefined) observer?.onStep(next);
      step = next;
      startup?.tell(next, amount);
    });
    supervisor = starting;
    // It may fail before anything can be shown; it is awaited below.
    starting.catch(() => undefined);
    await prepared;
    startup = prepareStartupWindow(step, { onQuit: () => quit.request() });
    try {
      // The recovery is done when this resolves: no window shows a run before its state is true.
      const { core: started } = await starting;
      // A person quit while it started: it is being closed again.
      if (quit.isLeaving()) return;
      if (started !== null) observer?.onRecovered(started);
      setCore(started);
      showMainWindow();
    } catch (error) {
      supervisor = null;
      if (error instanceof DataMovedError) return beginAgain();
      showFailure(error instanceof Error ? error : new Error(String(error)));
    } finally {
      startup.close();
    }
  }

  /** As it is chosen for the next start of the engine. */
  function database(): DatabaseChoice {
    return chooseDatabase({ env: process.env, dataFolder: dataFolder.path });
  }

  function startSupervisor(onProgress: OnCoreProgress): Promise<CoreSupervisor> {
    return superviseCore({
      now: Date.now,
      // Asynchronous: a refused database is a start that failed.
      start: async ({ isRestart }) =>
        connectCore(
          startCoreThread({
            dataFolder,
            database: database(),
            host: "app",
            name: "app",
            workFolder,
            isRestart,
            abilities: ["reveal-data", "restart", "choose-folder"],
          }),
          {
            onLog: (level, source, message) => log.write(level, source, message),
            onProgress,
            onUpdateAction: (action) => updates.act(action),
            onHostAction: (action) => actForPerson(action),
          },
        ),
      onEnd(error, { staysDown }) {
        log.write("error", "core", `The engine ended: ${error.message}`);
        // Where the data is, so that a person can look after it.
        const place = error instanceof StorageError ? ` Data folder: ${dataFolder.path}` : "";
        setCore(null, { staysDown, message: error.message + place });
      },
      onRestart: setCore,
    });
  }

  function actForPerson(action: HostAction): void {
    switch (action) {
      case "reveal-data":
        // Resolves to why it could not be.
        void shell.openPath(dataFolder.path).then((why) => {
          if (why !== "") log.write("warn", "app", `The data folder could not be shown: ${why}`);
        });
        return;
      case "restart":
        return quit.requestRestart();
      case "choose-folder": {
        const asked = core;
        void chooseFolder().then(
          (folder) => asked?.setChosenFolder(folder),
          (error: unknown) => {
            log.write("error", "app", `No folder could be chosen: ${String(error)}`);
            asked?.setChosenFolder(null);
          },
        );
        return;
      }
    }
  }

  /** On a person's request, once the engine stays down. */
  async function actWhileDown(request: AppRequest): Promise<void> {
    const supervised = await supervisor;
    if (supervised?.isDown !== true || quit.isLeaving()) return;
    switch (request) {
      case "restart":
        log.write("info", "core", "A person asked to start the engine again.");
        bridge.setDown({ staysDown: false, message: null });
        return supervised.restart();
      case "reveal":
        return actForPerson("reveal-data");
      case "export":
        return database().kind === "sqlite" ? exportData(dataFolder.path, log) : refuseExport();
    }
  }

  function setCore(
    next: CoreClient | null,
    down: CoreDown = { staysDown: false, message: null },
  ): void {
    core = next;
    desk?.close();
    signs ??= createDesktopSigns({
      settings,
      onOpen: showWhatIsOpen,
      onQuit: () => quit.request(),
      onRunsChanged: () => updates.noteRunsChanged(),
    });
    if (updateState !== null) core?.setUpdate(updateState);
    desk = core === null ? null : openCoreDesk(core, signs);
    if (core === null) bridge.setDown(down);
    else bridge.setCore(core);
  }

  function showMainWindow(): void {
    observer?.onWindow();
    mainWindow = openMainWindow({
      bridge,
      log,
      // It goes with the process, once everything is saved.
      onClose: () => quit.request(),
      onCrashed(crashed) {
        openings.setPage(null);
        showMainWindow();
        crashed.destroy();
      },
      onSessionEnd: () => quit.shutDown(),
    });
  }

  function onDocument(show: (opening: Opening) => void): void {
    observer?.onPage();
    openings.setPage(show);
  }

  function showFailure(error: Error): void {
    log.write("error", "start", `Handshake could not start: ${error.message}`);
    observer?.onFailure(error);
    showFailureWindow(error, {
      dataFolder: dataFolder.path,
      onRetry: () => void start(),
      onQuit: () => quit.request(),
    });
  }

  /** The lock of a single instance and Chromium's own files lie in the data folder: another process has to. */
  function beginAgain(): void {
    log.write("info", "start", "The data folder was moved; Handshake starts again there.");
    relaunch();
    app.exit(0);
  }

  function showWhatIsOpen(): void {
    const window = mainWindow ?? BrowserWindow.getAllWindows()[0];
    if (window !== undefined) bringToFront(window);
  }
}
