import { app } from "./app.ts";
import { checkWindowOptions, type WindowOptions } from "./window-options.ts";
import { strict } from "./not-implemented.ts";
import { openWindows, type OpenWindow } from "./open-windows.ts";
import { setPageVisibility } from "./page-visibility.ts";
import { preventable } from "./preventable.ts";
import { record } from "./recorder.ts";
import { StrictEmitter } from "./strict-emitter.ts";
import { WebContents } from "./web-contents.ts";

const events = [
  "blur",
  "close",
  "closed",
  "focus",
  "hide",
  "maximize",
  "minimize",
  "move",
  "moved",
  "page-title-updated",
  "ready-to-show",
  "resize",
  "resized",
  "restore",
  "show",
  "unmaximize",
  "unresponsive",
  "responsive",
  // Windows only; a spec sends them.
  "query-session-end",
  "session-end",
];

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const all: BrowserWindow[] = [];
let lastId = 0;

export class BrowserWindow extends StrictEmitter {
  readonly id = ++lastId;
  readonly webContents: WebContents;
  private readonly entry: OpenWindow;
  private bounds: Bounds;
  private title: string;
  private isShown: boolean;
  private focused = false;
  private minimized = false;
  private maximized = false;
  private isGone = false;

  static getAllWindows(): BrowserWindow[] {
    return [...all];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return all.find((window) => window.isFocused()) ?? null;
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return all.find((window) => window.webContents.id === contents.id) ?? null;
  }

  static fromId(id: number): BrowserWindow | null {
    return all.find((window) => window.id === id) ?? null;
  }

  constructor(options: WindowOptions = {}) {
    super("BrowserWindow", events);
    if (!app.isReady()) throw new Error("Cannot create BrowserWindow before app is ready");
    checkWindowOptions(options);
    const { width = 800, height = 600, show = true, title = app.name } = options;
    record("BrowserWindow", { ...options });
    this.bounds = { x: 0, y: 0, width, height };
    this.title = title;
    this.isShown = show;
    this.webContents = new WebContents(options);
    this.webContents.onCloseRequested = () => this.close();
    this.webContents.once("did-finish-load", () => this.emit("ready-to-show", preventable({})));
    const self = strict("BrowserWindow", this);
    this.entry = {
      close: () => {
        self.close();
        return self.isDestroyed();
      },
      destroy: () => self.destroy(),
    };
    openWindows.add(this.entry);
    all.push(self);
    app.emit("browser-window-created", preventable({}), self);
    return self;
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.loadURL(url);
  }

  show(): void {
    this.appear();
    this.focus();
  }

  showInactive(): void {
    this.appear();
  }

  hide(): void {
    if (!this.isShown) return;
    this.isShown = false;
    this.blur();
    setPageVisibility(this.webContents, "hidden");
    this.emit("hide");
  }

  /** A desktop may refuse; here it always grants. */
  focus(): void {
    if (!this.isShown || this.focused) return;
    for (const window of all) window.blur();
    this.focused = true;
    this.emit("focus", preventable({}));
  }

  blur(): void {
    if (!this.focused) return;
    this.focused = false;
    this.emit("blur", preventable({}));
  }

  minimize(): void {
    this.minimized = true;
    this.blur();
    setPageVisibility(this.webContents, "hidden");
    this.emit("minimize");
  }

  restore(): void {
    this.minimized = false;
    setPageVisibility(this.webContents, "visible");
    this.emit("restore");
  }

  maximize(): void {
    this.maximized = true;
    this.emit("maximize");
  }

  isVisible(): boolean {
    return this.isShown && !this.minimized;
  }

  isFocused(): boolean {
    return this.focused;
  }

  isMinimized(): boolean {
    return this.minimized;
  }

  isMaximized(): boolean {
    return this.maximized;
  }

  isDestroyed(): boolean {
    return this.isGone;
  }

  getTitle(): string {
    return this.title;
  }

  setTitle(title: string): void {
    this.title = title;
  }

  getNormalBounds(): Bounds {
    return { ...this.bounds };
  }

  getBounds(): Bounds {
    return { ...this.bounds };
  }

  setBounds(bounds: Partial<Bounds>): void {
    this.bounds = { ...this.bounds, ...bounds };
    this.emit("resize");
  }

  setProgressBar(fraction: number): void {
    record("BrowserWindow.setProgressBar", fraction);
  }

  flashFrame(isFlashing: boolean): void {
    record("BrowserWindow.flashFrame", isFlashing);
  }

  removeMenu(): void {
    record("BrowserWindow.removeMenu", this.id);
  }

  close(): void {
    if (this.isGone) return;
    const event = preventable({});
    this.emit("close", event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.focused = false;
    openWindows.delete(this.entry);
    const at = all.findIndex(({ id }) => id === this.id);
    all.splice(at, 1);
    this.webContents.destroy();
    this.emit("closed");
    if (all.length === 0) app.allWindowsClosed();
  }

  private appear(): void {
    if (this.isShown) return;
    this.isShown = true;
    setPageVisibility(this.webContents, "visible");
    this.emit("show");
  }
}
