import { fileURLToPath } from "node:url";
import { BrowserWindow } from "electron";
import type { AppLog } from "./app-log.ts";
import { appOrigin } from "./app-origins.ts";
import type { IpcBridge } from "./ipc-bridge.ts";

/** The build makes this the bundle beside the main one. */
export const preloadFile = fileURLToPath(new URL("./preload.ts", import.meta.url));

export interface MainWindowOptions {
  readonly bridge: IpcBridge;
  readonly log: AppLog;
  /** A person closes it; whoever is told decides whether it goes. */
  readonly onClose: () => void;
  /** Its page died: another window takes its place. */
  readonly onCrashed: (window: BrowserWindow) => void;
  /** Windows ends. */
  readonly onSessionEnd: () => void;
}

/** The screens. Only ever opened on a core that has recovered. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const { bridge, log } = options;
  const window = new BrowserWindow({
    width: 1_280,
    height: 820,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: "Handshake",
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  const { webContents } = window;
  bridge.admit(webContents);
  window.once("ready-to-show", () => window.show());
  window.on("hide", () => bridge.setHidden(webContents, true));
  window.on("minimize", () => bridge.setHidden(webContents, true));
  window.on("show", () => bridge.setHidden(webContents, false));
  window.on("restore", () => bridge.setHidden(webContents, false));
  window.on("close", (event) => {
    event.preventDefault();
    options.onClose();
  });
  window.on("query-session-end", () => options.onSessionEnd());
  webContents.on("render-process-gone", (_event, { reason }) => {
    log.write("error", "window", `The window's page ended: ${reason}.`);
    options.onCrashed(window);
  });
  webContents.on("preload-error", (_event, _path, error) => {
    log.write("error", "window", `The preload failed: ${error.message}`);
  });
  window.loadURL(`${appOrigin}/`).catch((error: unknown) => {
    log.write("error", "window", `The screens could not be loaded: ${String(error)}`);
  });
  return window;
}

/** In front, wherever it was. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
