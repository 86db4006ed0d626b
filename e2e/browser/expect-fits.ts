import { expect, type Page } from "@playwright/test";

/** No scrolling sideways, and every control that is drawn can be reached inside the page's width. */
export async function expectFits(page: Page, what: string): Promise<void> {
  const outside = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found: string[] = [];
    if (document.documentElement.scrollWidth > width) {
      found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    }
    for (const control of document.querySelectorAll("button, a, input, select, textarea")) {
      const box = control.getBoundingClientRect();
      const isDrawn = box.width > 1 && box.height > 1 && control.checkVisibility();
      const scrolls = control.closest("[data-scrolls-sideways]") !== null;
      if (isDrawn && !scrolls && (box.right > width + 1 || box.left < -1)) {
        found.push(`${control.outerHTML.slice(0, 120)} from ${box.left} to ${box.right}`);
      }
    }
    return found;
  });
  expect(outside, what).toEqual([]);
}
