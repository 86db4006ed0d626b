import { rmSync } from "node:fs";
import { app } from "electron";
import { noLog, openAppLog, type AppLog } from "./electron/app-log.ts";
import { serveAppPages } from "./electron/app-protocol.ts";
import { registerAppScheme } from "./electron/app-scheme.ts";
import { runDesktopApp } from "./electron/desktop-app.ts";
import { showFailureWindow } from "./electron/failure-window.ts";
import { findLaunchFolder, type LaunchFolder } from "./electron/launch-folder.ts";
import { setApplicationMenu } from "./electron/menu.ts";
import { relaunch } from "./electron/relaunch.ts";
import { statusPageAt } from "./electron/status-window.ts";
import { prepareSelfTest } from "./electron/self-test.ts";
import { guardAllPages } from "./electron/window-security.ts";
import { Settings } from "../app/contract/settings.ts";
import { openSettings } from "./core/keeping/settings-store.ts";
import { builtScreens } from "./serve/screen-files.ts";

// Electron's first file. The order is the point: data folder → sandbox and scheme → single-instance lock
// → log → core thread → recovery done → window.

const selfTest = prepareSelfTest(process.argv);
const argv = selfTest === null ? process.argv : ["--data", selfTest.dataFolder];
const folder = findLaunchFolder(argv, process.env);
app.setName("Handshake");
app.setPath("userData", folder.electronFolder);
app.enableSandbox();
registerAppScheme();

if (app.requestSingleInstanceLock()) runAlone(folder);
// The first instance shows its window; this one touches nothing.
else app.exit(0);

function runAlone(launch: LaunchFolder): void {
  const log = launch.kind === "usable" ? openAppLog(launch.choice.path) : noLog;
  const settings = settingsOf(launch, log);
  const prepared = app.whenReady().then(() => {
    guardAllPages(log);
    setApplicationMenu();
    const theme = (): Settings["theme"] => settings().theme;
    serveAppPages({ rendererFolder: builtScreens, theme, statusPage: statusPageAt });
  });
  // The core starts at once, beside Electron; its windows wait for both.
  if (launch.kind === "usable") {
    const { observer = null, workFolder } = selfTest ?? {};
    runDesktopApp({ dataFolder: launch.choice, workFolder, log, settings, prepared, observer });
  } else void prepared.then(() => showUnusable(launch));
}

/** The core writes them; they are read anew each time, so that what was just set counts. */
function settingsOf(launch: LaunchFolder, log: AppLog): () => Settings {
  if (launch.kind === "unusable") return () => Settings.parse({});
  const onDamage = (): void => log.write("warn", "start", "The settings are damaged.");
  return () => openSettings(launch.choice.path, onDamage).get();
}

function showUnusable({ error, electronFolder }: LaunchFolder & { kind: "unusable" }): void {
  const restart = (): void => {
    relaunch();
    app.exit(0);
  };
  const quit = (): void => app.exit(0);
  app.once("quit", () => rmSync(electronFolder, { recursive: true, force: true }));
  showFailureWindow(error, { dataFolder: error.path, onRetry: restart, onQuit: quit });
}
