import { expect } from "@playwright/test";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { goTo, recoveryPanel, runHeader, runRow } from "../story/screens.ts";
import { asking, longThought } from "../story/workflows.ts";
import { tags } from "../tags.ts";
import { expectFits } from "./expect-fits.ts";

// 1280 × 800 at 200%, and the narrowest page of WCAG 1.4.10.
const sizes = [
  { width: 640, height: 400 },
  { width: 320, height: 640 },
] as const;

test.describe("zoomed in", { tag: tags.product }, () => {
  for (const size of sizes) {
    test(`[U1] [U2] at ${size.width} px nothing is lost: start, panel, resume, answer, a step's output`, async ({
      browserHost: host,
    }) => {
      let page = await host.start();
      await page.setViewportSize(size);
      await expect(page.getByText("No runs yet")).toBeVisible();
      await expectFits(page, "Runs, empty");
      await page.getByRole("button", { name: "Start: A long report" }).click();
      const sheet = page.getByRole("dialog");
      await expect(sheet).toContainText("This workflow wants to:");
      await expectFits(page, "start sheet");
      await sheet.getByRole("button", { name: "Cancel" }).click();

      await startRun(host, asking);
      // Killed before it asked it would be stalled as well.
      await expect.poll(() => readHistory(host.folder.data).status).toBe("awaiting_user");
      await startRun(host, longThought);
      await expect.poll(() => readHistory(host.folder.data).nodes.length).toBe(2);
      await host.kill();
      page = await host.start();
      await expect(recoveryPanel(page)).toContainText("1 of 2 steps saved, will not run again");
      await expectFits(page, "recovery panel");
      await recoveryPanel(page)
        .getByRole("button", { name: /^Resume 1 safe/ })
        .click();
      await expect(recoveryPanel(page)).toBeHidden();
      await expect(runRow(page, "A long thought")).toContainText("Running");
      await expectFits(page, "Runs");
      await runRow(page, "A long thought").getByRole("link").click();
      await expect(runHeader(page, "A long thought")).toBeVisible();
      await expectFits(page, "Run");
      await page.getByRole("treegrid").getByRole("row", { name: /begin/ }).click();
      const inspector = page.getByRole("complementary");
      await inspector.getByRole("tab", { name: "Output" }).click();
      await expect(inspector).toContainText("begun");
      await expectFits(page, "inspector");
      await runHeader(page, "A long thought").getByRole("button", { name: "Cancel run" }).click();
      await expect(page.getByRole("dialog")).toContainText("Keep it running");
      await expectFits(page, "cancel sheet");
      await page.getByRole("dialog").getByRole("button", { name: "Keep it running" }).click();
      await goTo(page, "Needs you");
      await page.getByRole("radio", { name: "tea" }).check();
      await page.getByRole("textbox", { name: "Pieces" }).fill("2");
      await expectFits(page, "Needs you");
      await page.getByRole("button", { name: "Send" }).click();
      await expect(page.getByText("Nothing waits for you")).toBeVisible();
      await goTo(page, "Settings");
      await expect(page.getByRole("heading", { name: "General" })).toBeVisible();
      await expectFits(page, "Settings");
    });
  }

  test("with reduced motion nothing moves by itself", async ({ browserHost: host }) => {
    const page = await host.start();
    await page.emulateMedia({ reducedMotion: "reduce" });
    await startRun(host, longThought);
    await runRow(page, "A long thought").getByRole("link").click();
    await expect(runHeader(page, "A long thought").getByText("Running")).toBeVisible();
    await page.getByRole("button", { name: "Cancel run" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 0)
        .map(({ effect }) => JSON.stringify(effect?.getComputedTiming())),
    );
    expect(moving).toEqual([]);
  });
});
