import { expect, type Page } from "@playwright/test";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { goTo, recoveryPanel, runHeader, runRow } from "../story/screens.ts";
import { longThought } from "../story/workflows.ts";
import { tags } from "../tags.ts";

test.describe("a tab that is left open", { tag: tags.product }, () => {
  test("[U1] [U2] says that the engine stopped, recovers without a new address, and shows no false status for one frame", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await startRun(host, longThought);
    await expect(runRow(page, "A long thought")).toContainText("Running");
    const address = page.url();
    const firstInstance = await host.request("engine.state", {});

    await host.kill();
    const bar = page.getByRole("alert").filter({ hasText: /^Engine stopped\./ });
    await expect(bar).toContainText("Start it again with npm start.");
    await watchStatuses(page);
    await expect(runRow(page, "A long thought")).toContainText("Was running");
    await expect(page.getByRole("button", { name: "1 Was running" })).toBeVisible();

    await host.start();
    await expect(runRow(page, "A long thought")).toContainText("Stalled");
    await expect(recoveryPanel(page)).toContainText("Nothing is running now.");
    expect(page.url()).toBe(address);
    expect(page.url()).not.toContain("token");
    // What stood on the screen in each frame from the stop to here.
    expect(await statusesSeen(page)).toEqual(["Stalled", "Was running"]);
    const { engine } = await host.request("engine.state", {});
    expect(engine.instanceId).not.toBe(firstInstance.engine.instanceId);
  });

  test("[U1] shows the same after a reload", async ({ browserHost: host }) => {
    const page = await host.start();
    await startRun(host, longThought);
    await runRow(page, "A long thought").click();
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    await expect(steps.getByRole("row", { name: /think/ })).toContainText("Running");
    const border = page.getByRole("separator", { name: "Width of the steps' names" });
    await expect(border).toHaveAttribute("aria-valuenow", "240");
    await border.press("ArrowRight");
    const before = await steps.ariaSnapshot();
    await page.reload();
    await expect(steps.getByRole("row", { name: /think/ })).toContainText("Running");
    await expect
      .poll(async () => withoutTimes(await steps.ariaSnapshot()))
      .toBe(withoutTimes(before));
    await expect(border).toHaveAttribute("aria-valuenow", "264");
    await border.dblclick();
    await expect(border).toHaveAttribute("aria-valuenow", "240");
  });

  test("[S10] [U2] on a run's page sees what is saved and what runs again, and is led to what else stopped, once", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await startRun(host, { ...longThought, name: "Another thought" });
    await startRun(host, longThought);
    await runRow(page, "A long thought").click();
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    await expect(steps.getByRole("row", { name: /^think Running/ })).toBeVisible();
    await host.kill();
    await host.start();
    await expect(runHeader(page, "A long thought").getByText("Stalled")).toBeVisible();
    await expect(recoveryPanel(page)).toContainText("1 of 2 steps saved, will not run again");
    await expect(recoveryPanel(page)).toContainText("Will run again: think");
    const bar = page.getByRole("status").filter({ hasText: /stopped when / });
    await expect(bar).toContainText("Beside this one: 1 run stopped ");
    await bar.getByRole("button", { name: "Show what stopped" }).click();
    await expect(recoveryPanel(page)).toContainText("A long thought");
    await expect(recoveryPanel(page)).toContainText("Another thought");
    await page.goBack();
    await expect(runHeader(page, "A long thought").getByText("Stalled")).toBeVisible();
    await expect(bar).toBeHidden();
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(runHeader(page, "A long thought").getByText("Running")).toBeVisible();
    await expect(recoveryPanel(page)).toBeHidden();
  });

  test("keeps the answer that was being typed while the engine is away", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await page.getByRole("button", { name: "Start: A long report" }).click();
    const field = page.getByRole("dialog").getByRole("textbox", { name: /paceMs/ });
    await field.fill("123");
    await host.kill();
    await expect(page.getByText(/^Engine stopped\./)).toBeAttached();
    await host.serve();
    await expect(page.getByText(/^Engine stopped\./)).not.toBeAttached();
    await expect(field).toHaveValue("123");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await goTo(page, "Runs");
    await expect(page.getByText("No runs yet")).toBeVisible();
  });
});

declare global {
  var seenStatuses: Set<string> | undefined;
}

/** Notes what the list's first row says, in every frame from now on. */
async function watchStatuses(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    globalThis.seenStatuses = seen;
    const look = (): void => {
      const cell = document.querySelector("[role=grid] [role=rowgroup] [role=gridcell]");
      if (cell?.textContent) seen.add(cell.textContent.trim());
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

function statusesSeen(page: Page): Promise<string[]> {
  return page.evaluate(() => [...(globalThis.seenStatuses ?? [])].toSorted());
}

/** Durations go on; nothing else may differ. */
function withoutTimes(text: string): string {
  return text.replaceAll(/\d+(\.\d+)? (ms|s|min|h)|\d+:\d\d(:\d\d)?|\d+ (seconds?|minutes?)/g, "…");
}
