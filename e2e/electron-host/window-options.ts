import { isAbsolute } from "node:path";
import { notImplemented, requireKnown } from "./not-implemented.ts";

/** The options of a window that the stand-in honours, or that nobody sees in a headless Chromium. */
export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly show?: boolean;
  readonly title?: string;
  readonly webPreferences?: WebPreferences;
}

export interface WebPreferences {
  readonly preload?: string;
  readonly sandbox?: boolean;
  readonly contextIsolation?: boolean;
  readonly nodeIntegration?: boolean;
  readonly webviewTag?: boolean;
}

const windowOptions = new Set([
  "x",
  "y",
  "width",
  "height",
  "minWidth",
  "minHeight",
  "show",
  "title",
  "icon",
  "backgroundColor",
  "center",
  "resizable",
  "minimizable",
  "maximizable",
  "fullscreenable",
  "autoHideMenuBar",
  "webPreferences",
]);
const webPreferences = new Set([
  "preload",
  "sandbox",
  "contextIsolation",
  "nodeIntegration",
  "webviewTag",
  "spellcheck",
  "devTools",
  "webSecurity",
  "navigateOnDragDrop",
]);

/** A window that the stand-in could not make as asked is refused by the option's name. */
export function checkWindowOptions(options: WindowOptions): void {
  const { webPreferences: preferences = {} } = options;
  requireKnown("BrowserWindow", options, windowOptions);
  requireKnown("BrowserWindow's webPreferences", preferences, webPreferences);
  const { sandbox = true, contextIsolation = true, preload } = preferences;
  if (!sandbox) notImplemented("sandbox: false");
  if (!contextIsolation) notImplemented("contextIsolation: false");
  if (preferences.nodeIntegration === true) notImplemented("nodeIntegration: true");
  if (preferences.webviewTag === true) notImplemented("webviewTag: true");
  if (preload !== undefined && !isAbsolute(preload)) {
    throw new Error("preload script must have absolute path");
  }
}
