import type { Page } from "@playwright/test";

declare global {
  interface Window {
    notedPlaces?: string[];
  }
}

/**
 * Notes where what the selector finds stands from now on, and how large it is, at each change of the page and at
 * each frame. Gives all that it was, in order; what is not visible stands nowhere.
 */
export async function notePlaces(
  page: Page,
  selector: string,
): Promise<() => Promise<readonly string[]>> {
  await page.evaluate((wanted) => {
    const noted: string[] = [];
    window.notedPlaces = noted;
    const look = (): void => {
      const found = [...document.querySelectorAll(wanted)].filter((element) =>
        element.checkVisibility({ visibilityProperty: true }),
      );
      if (found.length === 0) return;
      const places = found.map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return `${x},${y} ${width}×${height}`;
      });
      const now = places.join("; ");
      if (noted.at(-1) !== now) noted.push(now);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    const onFrame = (): void => {
      look();
      window.requestAnimationFrame(onFrame);
    };
    onFrame();
  }, selector);
  return () => page.evaluate(() => window.notedPlaces ?? []);
}
