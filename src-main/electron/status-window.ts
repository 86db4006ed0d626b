import { BrowserWindow } from "electron";
import type { StatusText } from "./app-protocol.ts";
import { statusOrigin } from "./app-origins.ts";
import { statusActionOf, statusPageHtml, statusPageStyle, type StatusPage } from "./status-page.ts";
import { onLink } from "./window-security.ts";

/** The small window that stands before the main one, or instead of it. */
export interface StatusWindow {
  /** Replaces what it says. */
  show(page: StatusPage): void;
  close(): void;
}

export interface StatusWindowEvents {
  readonly onAction: (name: string) => void;
  /** A person closed it. */
  readonly onClosed: () => void;
}

/** The pages that are shown now, by their path; the app's protocol serves them. */
const pages = new Map<string, string>();
let lastPage = 0;

export function statusPageAt(pathname: string): StatusText | null {
  if (pathname === "/status.css") return { type: "text/css", text: statusPageStyle };
  const text = pages.get(pathname);
  return text === undefined ? null : { type: "text/html; charset=utf-8", text };
}

export function openStatusWindow(page: StatusPage, events: StatusWindowEvents): StatusWindow {
  const path = `/${++lastPage}`;
  const window = new BrowserWindow({
    width: 520,
    height: 300,
    show: false,
    title: page.title,
    resizable: false,
    maximizable: false,
    fullscreenable: false,
    autoHideMenuBar: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  onLink(window.webContents, (url) => {
    const action = statusActionOf(url);
    if (action !== null) events.onAction(action);
  });
  let isOurs = false;
  window.once("ready-to-show", () => window.show());
  window.once("closed", () => {
    pages.delete(path);
    if (!isOurs) events.onClosed();
  });

  let newest = "";
  let isLoading = false;
  // One load after the other: texts that come faster than a page is loaded would keep all of them from showing.
  const load = async (): Promise<void> => {
    isLoading = true;
    let loaded = "";
    while (loaded !== newest && !window.isDestroyed()) {
      loaded = newest;
      pages.set(path, loaded);
      await window.loadURL(statusOrigin + path).catch((error: unknown) => {
        // Closing interrupts it.
        if (!isInterrupted(error) && !window.isDestroyed()) throw error;
      });
    }
    isLoading = false;
  };
  const show = (shown: StatusPage): void => {
    newest = statusPageHtml(shown);
    if (!isLoading) void load();
  };
  show(page);
  return {
    show,
    close() {
      isOurs = true;
      if (!window.isDestroyed()) window.destroy();
    },
  };
}

function isInterrupted(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_ABORTED";
}
