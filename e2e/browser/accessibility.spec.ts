import { expect } from "@playwright/test";
import { startRun, type Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { goTo, recoveryPanel, runRow } from "../story/screens.ts";
import { asking, failing, longThought, sending, shortThought } from "../story/workflows.ts";
import { tags } from "../tags.ts";
import { expectAccessible } from "./expect-accessible.ts";

test.describe("axe finds nothing", { tag: tags.product }, () => {
  // Some thirty looks at a page each.
  test.setTimeout(400_000);

  test("before the first run: Runs, the sheets, and every place without content", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await expect(page.getByText("No runs yet")).toBeVisible();
    await expectAccessible(page, "Runs, empty");
    await page.getByRole("button", { name: "Start a workflow" }).click();
    await expect(page.getByRole("dialog")).toContainText("Samples");
    await expectAccessible(page, "start sheet, choosing");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Start: A long report" }).click();
    await expect(page.getByRole("dialog")).toContainText("This workflow wants to:");
    await expectAccessible(page, "start sheet, form");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await expect(page.getByRole("dialog")).toContainText("Everywhere");
    await expectAccessible(page, "cheat sheet");
    await page.keyboard.press("Escape");
    for (const place of ["Needs you", "Workflows"]) {
      await goTo(page, place);
      await expectAccessible(page, `${place}, empty`);
    }
    await goTo(page, "Settings");
    for (const section of ["General", "Data", "Secrets", "Permissions", "Diagnostics"]) {
      await page.locator("main").getByRole("link", { name: section }).click();
      await expect(page.getByRole("heading", { name: section, exact: true })).toBeVisible();
      await expectAccessible(page, `Settings, ${section}`);
    }
  });

  test("with history: Runs, a run in each state, the recovery panel, decisions, Needs you", async ({
    browserHost: host,
  }) => {
    let page = await host.start();
    await startHistory(host);
    await host.kill();
    page = await host.start();
    const panel = recoveryPanel(page);
    await expect(panel).toContainText("2 runs stopped");
    await expectAccessible(page, "Runs with the recovery panel");
    await panel.getByRole("button", { name: "Resume A parcel" }).click();
    await page.getByRole("dialog").getByRole("radio").nth(1).check();
    await expectAccessible(page, "decisions sheet");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Later" }).click();
    await expect(panel).toBeHidden();
    await startRun(host, longThought);
    for (const [title, word] of [
      ["A parcel", "Stalled"],
      ["A long thought", "Running"],
      ["A failure", "Failed"],
      ["A short thought", "Completed"],
      ["A question", "Needs you"],
    ] as const) {
      const row = runRow(page, title).filter({ hasText: word });
      await row.getByRole("link").click();
      await expect(page.getByRole("treegrid").getByRole("row").nth(1)).toBeVisible();
      await expectAccessible(page, `Run, ${word}`);
      if (word === "Completed") {
        await page.getByRole("button", { name: /^Events/ }).click();
        await expectAccessible(page, "Run, events");
        await page.getByRole("button", { name: /^Timeline/ }).click();
        await page.getByRole("treegrid").getByRole("row", { name: /say/ }).click();
        for (const tab of ["Input", "Output", "Attempts"]) {
          await page.getByRole("complementary").getByRole("tab", { name: tab }).click();
          await expectAccessible(page, `Run, inspector, ${tab}`);
        }
      }
      await goTo(page, "Runs");
    }
    await expectAccessible(page, "Runs");
    await goTo(page, "Needs you");
    await expect(page.getByText("What shall be ordered?")).toBeVisible();
    await expectAccessible(page, "Needs you");
  });
});

/** One of each state, and one of each kind of interruption. */
async function startHistory(host: Host): Promise<void> {
  for (const [definition, status] of [
    [shortThought, "completed"],
    [failing, "failed"],
    [asking, "awaiting_user"],
    [longThought, "running"],
    [sending, "running"],
  ] as const) {
    await startRun(host, definition);
    await expect.poll(() => readHistory(host.folder.data).status).toBe(status);
  }
  await expect.poll(() => readHistory(host.folder.data).nodes[0]?.status).toBe("running");
}
