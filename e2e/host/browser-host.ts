import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { sessionKeyName } from "../../app/contract/browser-session.ts";
import { openTab } from "../../src-main/serve/tab.fixture.ts";
import { RecoverySeen } from "../read-database.ts";
import type { Host } from "./host.ts";
import { watchPage, type ErrorBook } from "./page-errors.ts";
import { startServing, type Serving } from "./serving.ts";
import type { TestFolder } from "./test-folder.ts";

export interface BrowserHost extends Host {
  /** `handshake serve` as it was started last. */
  readonly serving: () => Serving;
  /** Starts the process alone; no tab is opened, and none is waited for. */
  readonly serve: (hooks?: readonly string[]) => Promise<Serving>;
  /** A tab beside the story's own, without its session: a browser that was never here. */
  readonly strangeTab: () => Promise<Page>;
  readonly end: () => Promise<void>;
}

export interface BrowserHostOptions {
  readonly folder: TestFolder;
  readonly book: ErrorBook;
  readonly browser: Browser;
}

/** `handshake serve` in a process of its own, and one tab that stays open over its restarts. */
export function openBrowserHost({ folder, book, browser }: BrowserHostOptions): BrowserHost {
  const contexts: BrowserContext[] = [];
  let current: Serving | null = null;
  let tab: Page | null = null;
  const seenFile = join(folder.path, "recovery-seen.json");
  const serving = (): Serving => {
    if (current === null) throw new Error("Handshake was not started.");
    return current;
  };
  const serve = async (hooks: readonly string[] = []): Promise<Serving> => {
    current = await startServing(folder, { hooks, env: { RECOVERY_SEEN_FILE: seenFile } });
    return current;
  };
  const strangeTab = async (): Promise<Page> => {
    const context = await browser.newContext();
    contexts.push(context);
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
        console.error(`securitypolicyviolation: ${effectiveDirective} ${blockedURI}`);
      });
    });
    const page = await context.newPage();
    watchPage(page, book);
    return page;
  };
  return {
    kind: "browser",
    folder,
    serving,
    serve,
    strangeTab,
    expectError: book.expect,
    async start(hooks) {
      const { address } = await serve(hooks);
      if (tab === null) {
        tab = await strangeTab();
        await tab.goto(address);
      }
      await expect(tab.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(tab.getByText(/^Engine stopped\./)).toBeHidden();
      return tab;
    },
    async request(name, input) {
      if (tab === null) throw new Error("Nobody is signed in yet.");
      const key = await tab.evaluate((item) => localStorage.getItem(item), sessionKeyName);
      const beside = await openTab(serving().origin, key ?? "");
      try {
        return await beside.request(name, input);
      } finally {
        beside.close();
      }
    },
    async kill() {
      // What the browser itself says of a socket that finds nobody.
      book.expect(/^console: WebSocket connection to 'ws:\/\/127\.0\.0\.1:\d+\/socket' failed/);
      await serving().kill();
      // Else a slow tab could be taken to have heard of the next start already.
      if (tab !== null) await expect(tab.getByText(/^Engine stopped\./)).toBeAttached();
    },
    seenBeforeScreens: async () =>
      RecoverySeen.parse(JSON.parse(readFileSync(seenFile, "utf8")) as unknown),
    async end() {
      for (const context of contexts) await context.close();
      await current?.kill();
    },
  };
}
