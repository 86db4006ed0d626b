import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { _electron, expect, type ElectronApplication, type Page } from "@playwright/test";
import { openErrorBook, watchPage, type ErrorBook } from "./host/page-errors.ts";
import { test as base } from "./host/worker-test.ts";
import { runToExit } from "./run-to-exit.ts";
import { hostEnvironment, whyNotHere } from "./test-host.ts";

/** The main process as it is shipped, but for small screens of its own. */
const mainBundle = fileURLToPath(new URL("../dist/main-for-specs/main.js", import.meta.url));
/** The main process with the screens that are shipped. */
export const productBundle = fileURLToPath(new URL("../dist/main/main.js", import.meta.url));

/** The app on a data folder of its own. What is started is ended, whatever a spec does. */
export interface Desktop {
  readonly dataFolder: string;
  readonly launch: (options?: LaunchOptions) => Promise<LaunchedApp>;
  /** Another instance on the same folder, which leaves by itself: its exit code. */
  readonly startSecond: (args?: readonly string[]) => Promise<number | null>;
  /** Errors that this spec brings about itself: text that the message holds. */
  readonly expectError: (part: string | RegExp) => void;
}

export interface LaunchOptions {
  /** Files in hooks/, loaded before the app. */
  readonly hooks?: readonly string[];
  /** Another main bundle: a mutant. */
  readonly main?: string;
  readonly dataFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the desktop hands over: links and files. */
  readonly opened?: readonly string[];
}

export interface LaunchedApp {
  readonly app: ElectronApplication;
  /** The main window's page, connected to the core. */
  readonly page: () => Promise<Page>;
  /** A window with this title. */
  readonly windowTitled: (title: string | RegExp) => Promise<Page>;
  /** SIGKILL, and the process is gone. */
  readonly kill: () => Promise<void>;
  /** Resolves to the exit code once the process has ended. */
  readonly ended: () => Promise<number | null>;
}

export const test = base.extend<{ desktop: Desktop }>({
  // Playwright wants the pattern.
  // oxlint-disable-next-line no-empty-pattern
  desktop: async ({}, use) => {
    const reason = whyNotHere();
    base.skip(reason !== null, reason ?? "");
    const dataFolder = mkdtempSync(join(tmpdir(), "handshake-e2e-"));
    const launched: LaunchedApp[] = [];
    const book = openErrorBook();
    const launch = async (options: LaunchOptions = {}): Promise<LaunchedApp> => {
      const app = await launchApp({ dataFolder, ...options }, book);
      launched.push(app);
      return app;
    };
    const startSecond = (args: readonly string[] = []): Promise<number | null> =>
      runToExit([mainBundle, "--data", dataFolder, ...args], appEnvironment());
    await use({ dataFolder, launch, startSecond, expectError: book.expect });
    for (const { kill } of launched) await kill();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    expect(book.unexpected(), "errors of pages and of the stand-in").toEqual([]);
  },
});

export async function launchApp(
  options: LaunchOptions & { readonly dataFolder: string },
  book: ErrorBook,
): Promise<LaunchedApp> {
  const { hooks = [], main = mainBundle, dataFolder, env = {}, opened = [] } = options;
  const preloads = hooks.flatMap((hook) => [
    "-r",
    fileURLToPath(new URL(`./hooks/${hook}`, import.meta.url)),
  ]);
  const app = await _electron.launch({
    args: [...preloads, main, "--data", dataFolder, ...opened],
    env: { ...appEnvironment(), ...env },
  });
  const process_ = app.process();
  // It may have ended by itself before anybody could listen.
  const hasEnded = (): boolean => process_.exitCode !== null || process_.signalCode !== null;
  const exited = hasEnded() ? Promise.resolve() : once(process_, "exit");
  process_.stderr?.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes("electron-host: ") || text.includes("JavaScript error")) book.note(text);
  });
  watchPages(app, book);
  return {
    app,
    page: () => findPage(app, isConnected),
    windowTitled: (title) =>
      findPage(app, async (page) => {
        const shown = await page.title();
        return typeof title === "string" ? shown === title : title.test(shown);
      }),
    async kill() {
      if (!hasEnded()) process_.kill("SIGKILL");
      await exited;
    },
    async ended() {
      await exited;
      return process_.exitCode;
    },
  };
}

export function appEnvironment(): Record<string, string> {
  const { HANDSHAKE_DATA: _, ...env } = process.env;
  const defined = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(defined),
    ...hostEnvironment(),
    HANDSHAKE_TEST_NODE: process.execPath,
  };
}

function watchPages(app: ElectronApplication, book: ErrorBook): void {
  for (const page of app.windows()) watchPage(page, book);
  app.on("window", (page) => watchPage(page, book));
}

async function findPage(
  app: ElectronApplication,
  isIt: (page: Page) => Promise<boolean>,
): Promise<Page> {
  let found: Page | null = null;
  await expect
    .poll(
      async () => {
        for (const page of app.windows()) {
          // It may be loading, or gone.
          if (await isIt(page).catch(() => false)) found = page;
        }
        return found !== null;
      },
      { message: "the window appears", timeout: 60_000, intervals: [100] },
    )
    .toBe(true);
  if (found === null) throw new Error("The poll above found it.");
  return found;
}

/** The small screens say so; the shipped ones draw a heading of their place. */
function isConnected(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      document.getElementById("connection")?.textContent === "welcome" ||
      document.querySelector("#root h1") !== null,
  );
}
