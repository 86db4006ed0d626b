import { expect } from "@playwright/test";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { expectNothingRepeated, readLedger } from "./effects-ledger.ts";
import { recoveryPanel, runHeader, runRow } from "./screens.ts";
import { tabTo } from "./tab-to.ts";

const title = "A long report";

test.describe("by the keyboard alone", { tag: tags.product }, () => {
  test("[U2] start a sample, lose the engine, read what stopped, resume, and look at a step", async ({
    host,
  }) => {
    test.setTimeout(180_000);
    const { folder } = host;
    let page = await host.start();
    await expect(page.getByText("No runs yet")).toBeVisible();
    await tabTo(page, /Start: A long report/);
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: /Start/ });
    await expect(sheet).toBeVisible();
    // Nothing is allowed by accident: Cancel has the focus.
    await expect(sheet.getByRole("button", { name: "Cancel" })).toBeFocused();
    await tabTo(page, /paceMs/, "Shift+Tab");
    // 16 s in all: the kill comes before it ends, also on a busy machine.
    await page.keyboard.type("800");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(runHeader(page, title).getByText("Running")).toBeVisible();
    await expect
      .poll(() => readLedger(folder).length, { intervals: [50] })
      .toBeGreaterThanOrEqual(8);
    await host.kill();
    const kill = { saved: readHistory(folder.data), ledger: readLedger(folder) };

    page = await host.start();
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await expect(recoveryPanel(page)).toContainText("Nothing is running now.");
    await expect(runRow(page, title)).toContainText("Stalled");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(runRow(page, title)).not.toContainText("Stalled");
    // Into the list, and into the run.
    await tabTo(page, new RegExp(title));
    await page.keyboard.press("Enter");
    await expect(runHeader(page, title)).toBeVisible();
    await expect(runHeader(page, title).getByText("Completed")).toBeVisible({ timeout: 60_000 });
    await tabTo(page, /Plan the report/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const inspector = page.getByRole("complementary", { name: /^Read about/ });
    await expect(inspector).toBeVisible();
    await tabTo(page, /^Summary$/);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect(inspector.getByRole("tab", { name: "Output", selected: true })).toBeVisible();
    await page.keyboard.press("5");
    await expect(page.getByRole("button", { name: /^Events/, pressed: true })).toBeVisible();
    // A sheet gives the focus back to where it was opened.
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    expectNothingRepeated([kill], readHistory(folder.data), readLedger(folder));
  });
});
