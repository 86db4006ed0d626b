import { expect } from "@playwright/test";
import { whyNotHere } from "../test-host.ts";
import { openBrowserHost, type BrowserHost } from "./browser-host.ts";
import { openDesktopHost, type DesktopHost } from "./desktop-host.ts";
import type { Host } from "./host.ts";
import { openErrorBook, type ErrorBook } from "./page-errors.ts";
import { makeTestFolder, type TestFolder } from "./test-folder.ts";
import { test as base } from "./worker-test.ts";

interface Fixtures {
  /** The host of this project: the same story is told on each. */
  readonly host: Host;
  readonly desktopHost: DesktopHost;
  readonly browserHost: BrowserHost;
  readonly folder: TestFolder;
  readonly book: ErrorBook;
}

/** Specs of the shipped screens. Whatever was started is ended; any error of a page fails the spec. */
export const test = base.extend<Fixtures>({
  // Playwright wants the pattern.
  // oxlint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const reason = whyNotHere();
    base.skip(reason !== null, reason ?? "");
    const folder = makeTestFolder();
    await use(folder);
    folder.remove();
  },
  // As above.
  // oxlint-disable-next-line no-empty-pattern
  book: async ({}, use) => {
    const book = openErrorBook();
    await use(book);
    expect(book.unexpected(), "errors of pages and of the stand-in").toEqual([]);
  },
  desktopHost: async ({ folder, book }, use) => {
    const host = openDesktopHost(folder, book);
    await use(host);
    await host.end();
  },
  browserHost: async ({ folder, book, tabBrowser }, use) => {
    if (tabBrowser === null) throw new Error("This project has no browser for tabs.");
    const host = openBrowserHost({ folder, book, browser: tabBrowser });
    await use(host);
    await host.end();
  },
  host: async ({ folder, book, hostKind, tabBrowser }, use) => {
    const host =
      hostKind === "desktop" || tabBrowser === null
        ? openDesktopHost(folder, book)
        : openBrowserHost({ folder, book, browser: tabBrowser });
    await use(host);
    await host.end();
  },
});
