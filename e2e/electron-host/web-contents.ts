import { app } from "./app.ts";
import { debugLog } from "./debug-log.ts";
import { notImplemented, strict } from "./not-implemented.ts";
import { openPageTarget, type NavigatedFrame, type PageTarget } from "./page-target.ts";
import { applyPermissions } from "./permissions.ts";
import { preventable } from "./preventable.ts";
import { session } from "./session.ts";
import { StrictEmitter } from "./strict-emitter.ts";
import { toAppUrl, toRealUrl } from "./virtual-schemes.ts";
import { WebFrameMain } from "./web-frame-main.ts";
import type { WindowOptions } from "./window-options.ts";

/** Asked about each window that a page would open. */
type WindowOpenHandler = (details: object) => { readonly action: "allow" | "deny" };

const events = [
  "console-message",
  "destroyed",
  "did-fail-load",
  "did-finish-load",
  "did-navigate",
  "did-navigate-in-page",
  "did-start-navigation",
  "dom-ready",
  "preload-error",
  "render-process-gone",
  "will-frame-navigate",
  "will-navigate",
  // Never sent: there is no <webview>, no server that redirects, and nothing watches for hangs.
  "will-attach-webview",
  "will-redirect",
  "unresponsive",
  "responsive",
];

const all = new Map<number, WebContents>();
let lastId = 0;

/** A window's page as the main process sees it. */
export class WebContents extends StrictEmitter {
  readonly id = ++lastId;
  readonly session = session.defaultSession;
  mainFrame = new WebFrameMain("", "about:blank", null);
  /** Opening takes a while; what needs the page waits for it. */
  readonly target: Promise<PageTarget>;
  /** Set by the window. */
  onCloseRequested: (() => void) | null = null;
  private targetId: string | null = null;
  private readonly frames = new Map<string, WebFrameMain>();
  private openHandler: WindowOpenHandler | null = null;
  /** The app's own navigations, which no listener is asked about; the same one may be there twice. */
  private readonly ownNavigations: string[] = [];
  private permittedOrigin: string | null = null;
  private loaded = Promise.withResolvers<void>();
  private isGone = false;
  private crashed = false;

  constructor(options: WindowOptions) {
    super("webContents", events);
    this.target = this.open(options);
    this.target.catch((error: unknown) => debugLog("the page was not opened:", error));
    // What the app holds: with members that throw when they are missing.
    const self = strict("webContents", this);
    all.set(this.id, self);
    app.emit("web-contents-created", preventable({}), self);
    return self;
  }

  get targetIdOrNull(): string | null {
    return this.targetId;
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  isDestroyed(): boolean {
    return this.isGone;
  }

  isCrashed(): boolean {
    return this.crashed;
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.isGone) throw new TypeError("Object has been destroyed");
    void this.target.then(({ channel: page }) => page.send(channel, args));
  }

  async loadURL(url: string): Promise<void> {
    const { cdp, page } = await this.target;
    const realUrl = toRealUrl(url);
    const { origin } = new URL(realUrl);
    if (origin !== "null" && origin !== this.permittedOrigin) {
      await applyPermissions(cdp, this, origin);
      this.permittedOrigin = origin;
    }
    this.ownNavigations.push(realUrl);
    this.loaded = Promise.withResolvers();
    this.emit(
      "did-start-navigation",
      preventable({ url, isMainFrame: true, isSameDocument: false }),
    );
    const { errorText } = await page.send("Page.navigate", { url: realUrl });
    // Some pages (data:) make no request that would have taken it.
    this.takeOwnNavigation(realUrl);
    if (errorText !== undefined) {
      this.emit("did-fail-load", preventable({}), -2, errorText, url, true);
      throw Object.assign(new Error(`${errorText} loading '${url}'`), {
        code: errorText.replace("net::", ""),
        url,
      });
    }
    await this.loaded.promise;
  }

  reload(): void {
    this.ownNavigations.push(this.mainFrame.realUrl);
    void this.target.then(({ page }) => page.send("Page.reload"));
  }

  async executeJavaScript(code: string): Promise<unknown> {
    const { page } = await this.target;
    const { result, exceptionDetails } = await page.send("Runtime.evaluate", {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value as unknown;
  }

  forcefullyCrashRenderer(): void {
    // The page cannot answer any more.
    void this.target.then(({ page }) => page.send("Page.crash")).catch(() => undefined);
  }

  /** As if the page's window had been told to close. */
  close(): void {
    this.onCloseRequested?.();
  }

  /** Closes the page; its window does so. */
  destroy(): void {
    if (this.isGone) return;
    this.isGone = true;
    all.delete(this.id);
    this.mainFrame.detached = true;
    this.loaded.resolve();
    void this.target
      .then(({ cdp, targetId }) => cdp.browser.send("Target.closeTarget", { targetId }))
      .catch((error: unknown) => debugLog("the page was gone before:", error));
    this.emit("destroyed");
  }

  private async open(options: WindowOptions): Promise<PageTarget> {
    const target = await openPageTarget(options, {
      mayNavigate: (url, { isMainFrame }) => this.mayNavigate(url, isMainFrame),
      messageDetails: () => ({
        type: "frame",
        sender: this.self,
        senderFrame: this.mainFrame,
        processId: this.id,
        frameId: 1,
        reply: (channel: string, ...args: unknown[]) => this.send(channel, ...args),
      }),
      onPreloadError: (message) => {
        console.error(`Unable to load the preload script: ${message}`);
        this.emit("preload-error", preventable({}), "", new Error(message));
      },
      onWindowOpen: (realUrl) => this.askToOpen(realUrl),
      onPopup: (targetId) => void this.closePopup(targetId),
      onNavigated: (frame) => this.onNavigated(frame),
      onNavigatedWithin: (realUrl) => {
        this.mainFrame.realUrl = realUrl;
        this.emit("did-navigate-in-page", preventable({}), toAppUrl(realUrl), true);
      },
      onDomReady: () => this.emit("dom-ready", preventable({})),
      onLoaded: () => {
        if (this.getURL() === "about:blank") return;
        this.loaded.resolve();
        this.emit("did-finish-load", preventable({}));
      },
      onConsole: (level, message) => {
        this.emit("console-message", preventable({ level, message, lineNumber: 0, sourceId: "" }));
      },
      onCrashed: () => this.onCrashed(),
    });
    this.targetId = target.targetId;
    return target;
  }

  private mayNavigate(url: string, isMainFrame: boolean): boolean {
    if (isMainFrame && this.takeOwnNavigation(toRealUrl(url))) return true;
    const event = preventable({ url, isMainFrame, isSameDocument: false, frame: this.mainFrame });
    if (isMainFrame) this.emit("will-navigate", event, url);
    this.emit("will-frame-navigate", event);
    return !event.defaultPrevented;
  }

  private takeOwnNavigation(realUrl: string): boolean {
    const at = this.ownNavigations.indexOf(realUrl);
    if (at >= 0) this.ownNavigations.splice(at, 1);
    return at >= 0;
  }

  private onNavigated({ id, parentId, realUrl }: NavigatedFrame): void {
    if (parentId !== null) {
      const parent = this.frames.get(parentId) ?? this.mainFrame;
      this.frames.set(id, new WebFrameMain(id, realUrl, parent));
      return;
    }
    this.frames.clear();
    this.mainFrame = new WebFrameMain(id, realUrl, null);
    this.frames.set(id, this.mainFrame);
    this.emit("did-navigate", preventable({}), toAppUrl(realUrl), 200, "");
  }

  private onCrashed(): void {
    if (this.isGone || this.crashed) return;
    this.crashed = true;
    const details = { reason: "crashed", exitCode: 5 };
    this.emit("render-process-gone", preventable({}), details);
    app.emit("render-process-gone", preventable({}), this.self, details);
  }

  private askToOpen(realUrl: string): void {
    const details = { url: toAppUrl(realUrl), disposition: "new-window" };
    const { action } = this.openHandler?.(details) ?? { action: "allow" };
    if (action === "allow") notImplemented("a window that a page opens");
  }

  private async closePopup(targetId: string): Promise<void> {
    const { cdp } = await this.target;
    await cdp.browser
      .send("Target.closeTarget", { targetId })
      .catch((error: unknown) => debugLog("the popup was gone before:", error));
  }

  private get self(): WebContents {
    return all.get(this.id) ?? this;
  }
}

/** Electron's `webContents`: finds pages. */
export const webContents = strict("webContents (module)", {
  getAllWebContents: (): WebContents[] => [...all.values()],
  fromId: (id: number): WebContents | undefined => all.get(id),
  fromDevToolsTargetId: (targetId: string): WebContents | undefined =>
    [...all.values()].find((contents) => contents.targetIdOrNull === targetId),
});
