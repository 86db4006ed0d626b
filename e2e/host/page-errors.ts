import type { Page } from "@playwright/test";

/** What pages and the stand-in complained of. A spec names what it brings about itself; anything else fails it. */
export interface ErrorBook {
  readonly note: (error: string) => void;
  /** Errors that hold this text are meant. */
  readonly expect: (part: string | RegExp) => void;
  readonly unexpected: () => string[];
}

export function openErrorBook(): ErrorBook {
  const errors: string[] = [];
  const expected: (string | RegExp)[] = [];
  const isExpected = (error: string): boolean =>
    expected.some((part) => (typeof part === "string" ? error.includes(part) : part.test(error)));
  return {
    note: (error) => void errors.push(error),
    expect: (part) => void expected.push(part),
    unexpected: () => errors.filter((error) => !isExpected(error)),
  };
}

/**
 * An exception or a rejection that nobody handled, and everything that the console shows as an error: a
 * broken security policy among it, which Chromium reports there.
 */
export function watchPage(page: Page, book: ErrorBook): void {
  page.on("pageerror", (error) => book.note(`page: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") book.note(`console: ${message.text()}`);
  });
}
