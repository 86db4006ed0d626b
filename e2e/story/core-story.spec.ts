import { expect } from "@playwright/test";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { expectNothingRepeated, readLedger, type AtKill } from "./effects-ledger.ts";
import {
  chooseFirstSample,
  goTo,
  recoveryPanel,
  runHeader,
  runRow,
  startLongReport,
} from "./screens.ts";

const title = "A long report";

test.describe("the story", { tag: tags.product }, () => {
  test("[S10] [U1] [U2] [U3] [X3] a sample is started, killed half-way, shown as stalled, and resumed with one key", async ({
    host,
  }) => {
    test.setTimeout(180_000);
    const { folder } = host;
    let page = await host.start();
    await chooseFirstSample(page);
    // 16 s in all: the page is drawn, and the kill comes, before it ends, also on a busy machine.
    await startLongReport(page, { paceMs: 800 });
    await expect(runHeader(page, title).getByText("Running")).toBeVisible();
    // Live: steps come to their end without anything being pressed.
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    await expect(steps.getByRole("row", { name: /Plan the report/ })).toContainText("Completed");
    await expect
      .poll(() => readLedger(folder).length, { intervals: [50] })
      .toBeGreaterThanOrEqual(12);

    await host.kill();
    const kill: AtKill = { saved: readHistory(folder.data), ledger: readLedger(folder) };
    page = await host.start();

    // A second process saw it stalled before any screen could be.
    expect(await host.seenBeforeScreens()).toMatchObject({
      stalled: 1,
      running: 0,
      events: [{ from: "running", to: "stalled", reason: "crash" }],
    });
    await goTo(page, "Runs");
    const panel = recoveryPanel(page);
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText(
      /^1 run stopped when the app crashed at .+\. Nothing is running now\.$/,
    );
    const done = kill.saved.nodes.filter(({ status }) => status === "completed").length;
    await expect(panel).toContainText(`${done} of 10 steps saved, will not run again`);
    await expect(panel).toContainText(/goes on after its \d+ saved part|Will run again:/);
    await expect(runRow(page, title)).toContainText("Stalled");

    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(runRow(page, title)).toContainText("Completed", { timeout: 60_000 });
    await expect(panel).toBeHidden();

    const end = readHistory(folder.data);
    const ledger = readLedger(folder);
    expectNothingRepeated([kill], end, ledger);
    expect(new Set(ledger).size).toBe(44);
    // What an undisturbed run gives.
    expect(end.output).toEqual({ pages: 18, turns: 44 });
    // A person did it, and the history says so.
    const resumed = end.events.filter(({ type }) => type === "run.resumed");
    expect(resumed).toMatchObject([{ actor: "human", data: { from: "stalled" } }]);
  });
});
