import { expect, type Locator, type Page } from "@playwright/test";

// What a person does and sees on the shipped screens, in their words.

/** From "No runs yet" to the start sheet. */
export async function chooseFirstSample(page: Page): Promise<void> {
  await expect(page.getByText("No runs yet")).toBeVisible();
  await page.getByRole("button", { name: "Start: A long report" }).click();
}

/** From the start sheet to the page of the run. `paceMs`: how long a turn thinks. */
export async function startLongReport(
  page: Page,
  { paceMs }: { readonly paceMs: number },
): Promise<void> {
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

/** Whatever it takes: one key for what is safe, a look at a suspect run, a typed word for one set aside. */
export async function resumeFromPanel(page: Page): Promise<void> {
  const panel = recoveryPanel(page);
  await expect(panel).toBeVisible();
  const isSafe = await panel.getByRole("button", { name: /^Resume 1 safe/ }).isVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  if (!isSafe) {
    const sheet = page.getByRole("dialog");
    await expect(sheet).toBeVisible();
    const confirmation = sheet.getByRole("textbox", { name: "Confirmation" });
    if (await confirmation.isVisible()) await confirmation.fill("resume");
    await sheet.getByRole("button", { name: "Resume" }).click();
  }
  await expect(panel).toBeHidden();
}

/** After a safe start. */
export async function startEngine(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Start the engine" });
  await button.click();
  await expect(button).toBeHidden();
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

export async function openDataSettings(page: Page): Promise<void> {
  await goTo(page, "Settings");
  await page.getByRole("link", { name: "Data" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Data" })).toBeVisible();
}
