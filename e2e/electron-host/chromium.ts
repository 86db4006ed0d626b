import { spawn, type ChildProcess } from "node:child_process";
import { disableFeatures } from "../chromium-features.ts";
import { connectCdp, type Cdp } from "./cdp.ts";
import { debugLog } from "./debug-log.ts";
import { host } from "./host.ts";
import { createProfile } from "./profile.ts";

/** The Chromium behind every window: started once, when the app is about to be ready. */
export interface Chromium {
  readonly cdp: Cdp;
  readonly pid: number;
  /** Resolves when its process has ended. */
  close(): Promise<void>;
}

let running: Promise<Chromium> | null = null;
let isClosing = false;

export function startChromium(): Promise<Chromium> {
  running ??= start();
  return running;
}

export async function closeChromium(): Promise<void> {
  isClosing = true;
  const chromium = await running;
  await chromium?.close();
}

const endLimitMs = 3_000;

async function start(): Promise<Chromium> {
  const profile = createProfile();
  const child = spawn(programPath(), chromiumArguments(profile.folder), {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.once("error", (error) => giveUp(`Chromium could not be started: ${error.message}`));
  announceDevTools(child);
  const cdp = connectCdp(child);
  void cdp.closed.then(() => {
    if (!isClosing) giveUp("Chromium ended by itself");
  });
  profile.watch(child.pid ?? 0);
  await cdp.browser.send("Target.setDiscoverTargets", { discover: true });
  return {
    cdp,
    pid: child.pid ?? 0,
    async close() {
      const limit = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
      // It answers, or is gone before it could.
      await cdp.browser.send("Browser.close").catch(() => undefined);
      await ended;
      clearTimeout(limit);
    },
  };
}

function giveUp(message: string): never {
  process.stderr.write(`electron-host: ${message}\n`);
  process.exit(70);
}

function programPath(): string {
  const path = process.env["CHROMIUM_PATH"];
  if (path === undefined || path === "") throw new Error("electron-host: CHROMIUM_PATH is not set");
  return path;
}

/** Playwright waits for this line; Electron prints it too. */
function announceDevTools(child: ChildProcess): void {
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n")) {
      if (line.startsWith("DevTools listening")) process.stderr.write(`${line}\n`);
      else if (line !== "") debugLog("chromium:", line);
    }
  });
}

function chromiumArguments(profileFolder: string): string[] {
  const port = host.switches.get("remote-debugging-port");
  return [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    disableFeatures,
    "--no-default-browser-check",
    "--no-first-run",
    "--no-startup-window",
    "--password-store=basic",
    // No page of a test reaches a network: names resolve to nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    `--user-data-dir=${profileFolder}`,
    "--remote-debugging-pipe",
    ...(port === undefined ? [] : [`--remote-debugging-port=${port}`]),
  ];
}
