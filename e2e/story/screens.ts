import { expect, type Locator, type Page } from "@playwright/test";

// What a person does and sees on the shipped screens, in their words.

/** From "No runs yet" through the start sheet to the page of the run. `paceMs`: how long a turn thinks. */
export async function startLongReport(
  page: Page,
  { paceMs }: { readonly paceMs: number },
): Promise<void> {
  await page.getByRole("button", { name: "Start: A long report" }).click();
  const sheet = page.getByRole("dialog", { name: "Start “A long report”" });
  await sheet.getByRole("textbox", { name: /paceMs/ }).fill(String(paceMs));
  await sheet.getByRole("button", { name: "Allow once" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "A long report" })).toBeVisible();
}

/** By the rail on the left. */
export function goTo(page: Page, place: string): Promise<void> {
  return page
    .getByRole("navigation", { name: "Places" })
    .getByRole("link", { name: place })
    .click();
}

export function recoveryPanel(page: Page): Locator {
  return page.getByRole("region", { name: /stopped/ });
}

/** The run's own row in the list. */
export function runRow(page: Page, title: string): Locator {
  return page.getByRole("grid", { name: "Runs, newest first" }).getByRole("row", {
    name: new RegExp(`, ${title}, `),
  });
}

/** The run page's header, which holds the status and the primary action. */
export function runHeader(page: Page, title: string): Locator {
  return page
    .locator("header")
    .filter({ has: page.getByRole("heading", { level: 1, name: title }) });
}
