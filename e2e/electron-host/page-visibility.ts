import { debugLog } from "./debug-log.ts";
import type { WebContents } from "./web-contents.ts";

/**
 * Pages of a headless Chromium are always visible, so the document is told. As in Electron a window that
 * was never shown counts as visible until it is hidden.
 */
export function setPageVisibility(contents: WebContents, state: "visible" | "hidden"): void {
  const code = `
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${state}" });
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${state === "hidden"} });
    document.dispatchEvent(new Event("visibilitychange"));`;
  contents.executeJavaScript(code).catch((error: unknown) => {
    debugLog("the page was gone before it could be told of its visibility:", error);
  });
}
