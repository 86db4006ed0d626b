import { readFileSync } from "node:fs";
import type { Cdp, CdpSession } from "./cdp.ts";
import { startChromium } from "./chromium.ts";
import { openPageChannel, type PageChannel } from "./page-channel.ts";
import { interceptRequests } from "./page-requests.ts";
import { isolatedWorldName, pageSource } from "./page-source.ts";
import type { WindowOptions } from "./window-options.ts";

/** A window's page in Chromium. */
export interface PageTarget {
  readonly cdp: Cdp;
  readonly page: CdpSession;
  readonly targetId: string;
  readonly channel: PageChannel;
}

/** What its owner wants to hear of. */
export interface PageEvents {
  mayNavigate(url: string, options: { readonly isMainFrame: boolean }): boolean;
  messageDetails(): object;
  onPreloadError(message: string): void;
  onWindowOpen(realUrl: string): void;
  /** A window that Chromium has opened all the same. */
  onPopup(targetId: string): void;
  onNavigated(frame: NavigatedFrame): void;
  onNavigatedWithin(realUrl: string): void;
  onDomReady(): void;
  onLoaded(): void;
  onConsole(level: string, message: string): void;
  onCrashed(): void;
}

export interface NavigatedFrame {
  readonly id: string;
  readonly parentId: string | null;
  readonly realUrl: string;
}

export async function openPageTarget(
  options: WindowOptions,
  events: PageEvents,
): Promise<PageTarget> {
  const { cdp } = await startChromium();
  const { width = 800, height = 600, webPreferences: { preload } = {} } = options;
  const { targetId } = await cdp.browser.send("Target.createTarget", {
    url: "about:blank",
    newWindow: true,
    width,
    height,
  });
  const attached = await cdp.browser.send("Target.attachToTarget", { targetId, flatten: true });
  const page = cdp.session(attached.sessionId);
  const { frameTree } = await page.send("Page.getFrameTree");
  let mainFrameId = frameTree.frame.id;
  const isMainFrame = (frameId: string): boolean => frameId === mainFrameId;

  const source = pageSource(preload === undefined ? "" : readFileSync(preload, "utf8"));
  const channel = openPageChannel({ page, source, isMainFrame, ...events });
  page.on("Page.frameNavigated", ({ frame }) => {
    if (frame.parentId === undefined) mainFrameId = frame.id;
    const realUrl = frame.url + (frame.urlFragment ?? "");
    events.onNavigated({ id: frame.id, parentId: frame.parentId ?? null, realUrl });
  });
  page.on("Page.navigatedWithinDocument", ({ frameId, url }) => {
    if (isMainFrame(frameId)) events.onNavigatedWithin(url);
  });
  cdp.browser.on("Target.targetCreated", ({ targetInfo }) => {
    if (targetInfo.openerId === targetId) events.onPopup(targetInfo.targetId);
  });
  // Links with a target, forms; the page's own window.open was taken away.
  page.on("Page.windowOpen", ({ url }) => events.onWindowOpen(url));
  page.on("Page.domContentEventFired", () => events.onDomReady());
  page.on("Page.loadEventFired", () => events.onLoaded());
  page.on("Inspector.targetCrashed", () => events.onCrashed());
  page.on("Runtime.consoleAPICalled", ({ type, args }) => {
    const words = args.map((argument) => String(argument.value ?? argument.description ?? ""));
    events.onConsole(type === "warning" || type === "error" ? type : "info", words.join(" "));
  });
  await Promise.all([
    page.send("Page.enable"),
    page.send("Inspector.enable"),
    page.send("Runtime.enable"),
    page.send("Runtime.addBinding", {
      name: source.options.toMain,
      executionContextName: isolatedWorldName,
    }),
    // In this order: the isolated world's half of the bridge needs the other one.
    page.send("Page.addScriptToEvaluateOnNewDocument", { source: source.mainWorld }),
    page.send("Page.addScriptToEvaluateOnNewDocument", {
      source: source.isolatedWorld,
      worldName: isolatedWorldName,
    }),
    interceptRequests({ page, isMainFrame, ...events }),
  ]);
  return { cdp, page, targetId, channel };
}
