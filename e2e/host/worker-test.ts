import { chromium, test as base, type Browser } from "@playwright/test";
import { disableFeatures } from "../chromium-features.ts";
import { chromiumPath } from "../chromium-path.ts";
import type { HostKind } from "./host.ts";

export interface WorkerFixtures {
  /** Set by the project (playwright.config.ts). */
  readonly hostKind: HostKind;
  /** One for all tabs of a worker; null where the desktop app brings its own. */
  readonly tabBrowser: Browser | null;
}

/**
 * What every spec's own test extends. Playwright keeps a worker from one file to the next only where both
 * have the same fixtures of workers; a new one costs as much as a short spec.
 */
export const test = base.extend<object, WorkerFixtures>({
  hostKind: ["desktop", { option: true, scope: "worker" }],
  tabBrowser: [
    async ({ hostKind }, use) => {
      const executablePath = chromiumPath(process.env);
      if (hostKind === "desktop" || executablePath === null) return use(null);
      // As root, as in a container, Chromium starts only so.
      const args = ["--no-sandbox", disableFeatures];
      const browser = await chromium.launch({ executablePath, args });
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
});
