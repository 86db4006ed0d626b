import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** By the rules of WCAG 2.2 A and AA; in dark only colours can differ. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await expectNothing(axeIn(page).withTags(rules), `${what}, light`);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await expectNothing(axeIn(page).withRules(["color-contrast"]), `${what}, dark`);
}

/** In the page alone: else each look opens another page to put frames together, and there are none. */
function axeIn(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode();
}

async function expectNothing(axe: AxeBuilder, what: string): Promise<void> {
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.map(({ html, failureSummary = "" }) => `${html.slice(0, 200)} ${failureSummary}`),
  }));
  expect.soft(found, what).toEqual([]);
}
