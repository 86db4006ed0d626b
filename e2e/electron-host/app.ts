import { getPath, setPath } from "./app-paths.ts";
import { closeChromium, startChromium } from "./chromium.ts";
import { host } from "./host.ts";
import { strict } from "./not-implemented.ts";
import { openWindows } from "./open-windows.ts";
import { preventable } from "./preventable.ts";
import { settleSchemes } from "./protocol.ts";
import { record } from "./recorder.ts";
import { takeSingleInstanceLock, type SingleInstanceLock } from "./single-instance-lock.ts";
import { StrictEmitter } from "./strict-emitter.ts";

const events = [
  "activate",
  "before-quit",
  "browser-window-created",
  "child-process-gone",
  "open-file",
  "open-url",
  "quit",
  "ready",
  "render-process-gone",
  "second-instance",
  "web-contents-created",
  "will-finish-launching",
  "will-quit",
  "window-all-closed",
];

/** The app's life, from its first line to its end. */
class App extends StrictEmitter {
  readonly isPackaged = host.isPackaged;
  readonly dock = undefined;
  readonly commandLine = strict("app.commandLine", {
    appendSwitch: (name: string, value = ""): void => void host.switches.set(name, value),
    hasSwitch: (name: string): boolean => host.switches.has(name),
    getSwitchValue: (name: string): string => host.switches.get(name) ?? "",
  });
  name = host.package.productName ?? host.package.name ?? "Electron";
  private readonly readiness = Promise.withResolvers<void>();
  private isStarted = false;
  private isQuitting = false;
  private isEnding = false;
  private lock: SingleInstanceLock | null = null;

  constructor() {
    super("app", events);
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      process.on(signal, () => this.quit());
    }
  }

  /** The stand-in's own: begins once the app's first file was evaluated. */
  async startUp(): Promise<void> {
    if (this.isEnding) return;
    await startChromium();
    this.emit("will-finish-launching");
    this.isStarted = true;
    settleSchemes();
    this.readiness.resolve();
    this.emit("ready", preventable({}), {});
  }

  isReady(): boolean {
    return this.isStarted;
  }

  whenReady(): Promise<void> {
    return this.readiness.promise;
  }

  getName(): string {
    return this.name;
  }

  setName(name: string): void {
    this.name = name;
  }

  getVersion(): string {
    return host.package.version ?? "0.0.0";
  }

  getAppPath(): string {
    return host.appPath;
  }

  getLocale(): string {
    return "en-US";
  }

  getPath(name: string): string {
    return getPath(name, this.name);
  }

  setPath(name: string, path: string): void {
    setPath(name, path);
  }

  /** Every window is sandboxed here; only the moment is checked. */
  enableSandbox(): void {
    if (this.isStarted) {
      throw new Error("app.enableSandbox() can only be called before app is ready");
    }
    record("app.enableSandbox");
  }

  setAppUserModelId(id: string): void {
    record("app.setAppUserModelId", id);
  }

  setBadgeCount(count = 0): boolean {
    record("app.setBadgeCount", count);
    return true;
  }

  focus(): void {
    record("app.focus");
  }

  /** Only noted: what comes after would be another process. */
  relaunch(options: object = {}): void {
    record("app.relaunch", options);
  }

  requestSingleInstanceLock(additionalData: unknown = null): boolean {
    const self = { argv: process.argv, workingDirectory: process.cwd(), additionalData };
    this.lock ??= takeSingleInstanceLock(this.getPath("userData"), self, (second) => {
      const { argv, workingDirectory, additionalData: data } = second;
      void this.whenReady().then(() => {
        this.emit("second-instance", preventable({}), argv, workingDirectory, data);
      });
    });
    return this.lock !== null;
  }

  hasSingleInstanceLock(): boolean {
    return this.lock !== null;
  }

  quit(): void {
    if (this.isQuitting || this.isEnding) return;
    const beforeQuit = preventable({});
    this.isQuitting = true;
    this.emit("before-quit", beforeQuit);
    const isKept =
      beforeQuit.defaultPrevented || [...openWindows].some((window) => !window.close());
    if (isKept) {
      this.isQuitting = false;
      return;
    }
    this.emitWillQuit();
  }

  exit(code = 0): void {
    for (const window of openWindows) window.destroy();
    this.end(code);
  }

  /** The last window is gone. */
  allWindowsClosed(): void {
    if (this.isQuitting || this.isEnding) return;
    if (this.listenerCount("window-all-closed") > 0) this.emit("window-all-closed");
    else this.quit();
  }

  private emitWillQuit(): void {
    const willQuit = preventable({});
    this.emit("will-quit", willQuit);
    if (willQuit.defaultPrevented) this.isQuitting = false;
    else this.end(0);
  }

  private end(code: number): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.emit("quit", preventable({}), code);
    this.lock?.release();
    void closeChromium().finally(() => process.exit(code));
  }
}

export const app = strict("app", new App());
