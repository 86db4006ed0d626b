import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  _electron,
  expect,
  test as base,
  type ElectronApplication,
  type Page,
} from "@playwright/test";
import { runToExit } from "./run-to-exit.ts";
import { hostEnvironment, whyNotHere } from "./test-host.ts";

const mainBundle = fileURLToPath(new URL("../dist/main-for-specs/main.js", import.meta.url));

/** The app on a data folder of its own. What is started is ended, whatever a spec does. */
export interface Desktop {
  readonly dataFolder: string;
  readonly launch: (options?: LaunchOptions) => Promise<LaunchedApp>;
  /** Another instance on the same folder, which leaves by itself: its exit code. */
  readonly startSecond: () => Promise<number | null>;
  /** Errors that this spec brings about itself: text that the message holds. */
  readonly expectError: (part: string) => void;
}

export interface LaunchOptions {
  /** Files in hooks/, loaded before the app. */
  readonly hooks?: readonly string[];
  /** Another main bundle: a mutant. */
  readonly main?: string;
  readonly dataFolder?: string;
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
    const errors: string[] = [];
    const expected: string[] = [];
    const launch = async (options: LaunchOptions = {}): Promise<LaunchedApp> => {
      const app = await launchApp({ dataFolder, ...options }, errors);
      launched.push(app);
      return app;
    };
    const startSecond = (): Promise<number | null> =>
      runToExit([mainBundle, "--data", dataFolder], appEnvironment());
    await use({ dataFolder, launch, startSecond, expectError: (part) => void expected.push(part) });
    for (const { kill } of launched) await kill();
    rmSync(dataFolder, { recursive: true, force: true });
    const unexpected = errors.filter((error) => !expected.some((part) => error.includes(part)));
    expect(unexpected, "errors of pages and of the stand-in").toEqual([]);
  },
});

async function launchApp(
  options: LaunchOptions & { readonly dataFolder: string },
  errors: string[],
): Promise<LaunchedApp> {
  const { hooks = [], main = mainBundle, dataFolder } = options;
  const preloads = hooks.flatMap((hook) => [
    "-r",
    fileURLToPath(new URL(`./hooks/${hook}`, import.meta.url)),
  ]);
  const app = await _electron.launch({
    args: [...preloads, main, "--data", dataFolder],
    env: appEnvironment(),
  });
  const process_ = app.process();
  const exited = once(process_, "exit");
  process_.stderr?.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes("electron-host: ") || text.includes("JavaScript error")) errors.push(text);
  });
  watchPages(app, errors);
  return {
    app,
    page: () => findPage(app, isConnected),
    windowTitled: (title) =>
      findPage(app, async (page) => {
        const shown = await page.title();
        return typeof title === "string" ? shown === title : title.test(shown);
      }),
    async kill() {
      if (process_.exitCode === null && process_.signalCode === null) process_.kill("SIGKILL");
      await exited;
    },
    async ended() {
      await exited;
      return process_.exitCode;
    },
  };
}

function appEnvironment(): Record<string, string> {
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

/** Any error of a page fails the spec, a broken security policy too: Chromium reports that as an error. */
function watchPages(app: ElectronApplication, errors: string[]): void {
  const watch = (page: Page): void => {
    page.on("pageerror", (error) => errors.push(`page: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(`console: ${message.text()}`);
    });
  };
  for (const page of app.windows()) watch(page);
  app.on("window", watch);
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
      { message: "the window appears", timeout: 15_000 },
    )
    .toBe(true);
  if (found === null) throw new Error("The poll above found it.");
  return found;
}

function isConnected(page: Page): Promise<boolean> {
  return page.evaluate(() => document.getElementById("connection")?.textContent === "welcome");
}
