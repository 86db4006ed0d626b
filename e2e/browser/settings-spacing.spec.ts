import { expect, type Page } from "@playwright/test";
import { test } from "../host/host-test.ts";
import { openDataSettings } from "../story/screens.ts";
import { tags } from "../tags.ts";

const widths = [1_000, 320] as const;

test.describe("Settings", { tag: tags.product }, () => {
  for (const width of widths) {
    test(`[U1] at ${width} px buttons, forms and notices keep their distance, and all fit`, async ({
      browserHost: host,
    }) => {
      const page = await host.start();
      await page.setViewportSize({ width, height: 800 });
      await openDataSettings(page);
      await page.getByRole("button", { name: "Move…" }).click();
      await page.getByLabel("Move the data to this folder").fill("not/whole");
      await page.getByRole("button", { name: "Move at the next start" }).click();
      await expect(page.getByText("Give the folder's whole path")).toBeVisible();
      await page.getByRole("button", { name: "Share a database…" }).click();
      await page.getByLabel("Address of the PostgreSQL database").fill("mysql://x");
      await page.getByRole("button", { name: "Connect and use it" }).click();
      await expect(page.getByRole("alert")).toHaveCount(2);
      await page.getByRole("button", { name: "Back up now" }).click();
      await expect(page.getByText(/^Made /)).toBeVisible();
      expect(await misplaced(page), "Data").toEqual([]);

      // What was refused is forgotten with its form.
      for (const left of [1, 0]) {
        await page.getByRole("button", { name: "Cancel" }).first().click();
        await expect(page.getByRole("alert")).toHaveCount(left);
      }
      for (const section of ["General", "Secrets", "Permissions", "Updates", "Diagnostics"]) {
        await page.locator("main").getByRole("link", { name: section, exact: true }).click();
        await expect(page.getByRole("heading", { level: 2, name: section })).toBeVisible();
        if (section === "Diagnostics") {
          await page.getByRole("button", { name: "Show what it holds" }).click();
          await expect(page.getByRole("button", { name: /^Save \d+ parts/ })).toBeVisible();
        }
        expect(await misplaced(page), section).toEqual([]);
      }
    });
  }
});

/** What stands closer than 6 px below another thing, or outside of its section. */
function misplaced(page: Page): Promise<string[]> {
  return page.locator("main section").evaluate((section) => {
    const things = [
      ...section.querySelectorAll(
        "button, form, dl, h3, select, input, [role=alert], [role=status]",
      ),
    ].filter((one) => one.getBoundingClientRect().height > 0);
    const { left, right } = section.getBoundingClientRect();
    const nameOf = (one: Element): string => `${one.tagName} ${one.textContent.slice(0, 40)}`;
    const found = things
      .filter((one) => {
        const box = one.getBoundingClientRect();
        return (
          box.left < left - 1 || box.right > right + 1 || one.scrollWidth > one.clientWidth + 2
        );
      })
      .map((one) => `${nameOf(one)} does not fit`);
    for (const above of things) {
      for (const below of things) {
        if (above.contains(below) || below.contains(above)) continue;
        const [a, b] = [above.getBoundingClientRect(), below.getBoundingClientRect()];
        if (b.top < a.top || b.left >= a.right || a.left >= b.right) continue;
        if (b.top - a.bottom < 6) found.push(`${nameOf(below)} touches ${nameOf(above)}`);
      }
    }
    return found;
  });
}
