import { app, session, shell, type WebContents } from "electron";
import type { AppLog } from "./app-log.ts";
import { mayOpenOutside } from "./external-links.ts";

/** Handlers for navigations that a window understands; all others are refused. */
type NavigationHandler = (url: string) => void;

const handlers = new WeakMap<WebContents, NavigationHandler>();

/** A link in this window is told to `handler` instead of being followed. */
export function onLink(contents: WebContents, handler: NavigationHandler): void {
  handlers.set(contents, handler);
}

/** Every page may nothing but show itself: no permission, no device, no navigation, no window, no download. */
export function guardAllPages(log: AppLog): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    log.write("warn", "window", `A page asked for ${permission}; it was denied.`);
    answer(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.setDisplayMediaRequestHandler(null);
  // It would fetch dictionaries from the network.
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.on("will-download", (event) => {
    log.write("warn", "window", "A download was refused.");
    event.preventDefault();
  });
  app.on("web-contents-created", (_event, contents) => guardPage(contents, log));
}

function guardPage(contents: WebContents, log: AppLog): void {
  contents.on("will-navigate", (event, url) => {
    event.preventDefault();
    const handler = handlers.get(contents);
    if (handler !== undefined) handler(url);
    else log.write("warn", "window", "A navigation was refused.");
  });
  contents.on("will-frame-navigate", (event) => event.preventDefault());
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url);
    else log.write("warn", "window", "A window that a page wanted to open was denied.");
    return { action: "deny" };
  });
}
