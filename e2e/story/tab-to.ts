import type { Page } from "@playwright/test";

const mostTabs = 60;

/** Presses Tab until the focus is on something of this name. */
export async function tabTo(page: Page, name: RegExp, key = "Tab"): Promise<void> {
  for (let tabs = 0; tabs < mostTabs; tabs++) {
    await page.keyboard.press(key);
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) continue;
    const words = await focused.evaluate((element) =>
      [
        element.getAttribute("aria-label"),
        element.textContent,
        ...(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
          ? [...(element.labels ?? [])].map((label) => label.textContent)
          : []),
      ].join(" "),
    );
    if (name.test(words.trim())) return;
  }
  throw new Error(`No Tab leads to ${name}.`);
}
