import { expect, type Page } from "@playwright/test";
import { test } from "../host/host-test.ts";
import { goTo } from "../story/screens.ts";
import { tags } from "../tags.ts";

/** What a screen reader meets on each screen; a change here is a change for those who only hear it. */
test.describe("the accessibility tree", { tag: tags.product }, () => {
  test("[U1] of the places and sheets of a first start", async ({ browserHost: host }) => {
    const page = await host.start();
    await expect(page.getByRole("heading", { name: "A long report" })).toBeVisible();
    await expectTree(page, "rail", "navigation");
    await expectTree(page, "runs-first", "main");

    for (const place of ["Needs you", "Workflows"]) {
      await goTo(page, place);
      // A snapshot passes over a list without entries; a screen reader says it.
      await expect(page.getByText(/^Nothing waits|^No workflow in/)).toBeVisible();
      await expect(page.locator("main ul:not(:has(> li))"), place).toHaveCount(0);
      await expectTree(page, place.toLowerCase().replace(" ", "-"), "main");
    }
    await goTo(page, "Settings");
    for (const section of ["General", "Secrets", "Permissions", "Updates"]) {
      await page.getByRole("link", { name: section, exact: true }).click();
      await expect(page.getByRole("heading", { level: 2, name: section })).toBeVisible();
      await expectTree(page, `settings-${section.toLowerCase()}`, "main");
    }

    await goTo(page, "Runs");
    await page.keyboard.press("Shift+?");
    await expectTree(page, "cheat-sheet", "dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Start: A long report" }).click();
    await expect(page.getByText(/wants to/)).toBeVisible();
    await expectTree(page, "start-sheet", "dialog");
  });
});

async function expectTree(page: Page, name: string, role: "main" | "dialog" | "navigation") {
  await expect(page.getByRole(role).first()).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
}
