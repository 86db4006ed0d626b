import { expect, type Page } from "@playwright/test";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { runHeader, runRow } from "../story/screens.ts";
import { asking, failing, shortThought } from "../story/workflows.ts";
import { tags } from "../tags.ts";

const titles = ["A failure", "A question", "A short thought"];

test.describe("the history", { tag: tags.product }, () => {
  test("[U1] is filtered by words, states, workflow and tab, and shows all of a run, after a reload as well", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    for (const [definition, status] of [
      [shortThought, "completed"],
      [asking, "awaiting_user"],
      [failing, "failed"],
    ] as const) {
      await startRun(host, definition);
      await expect.poll(() => readHistory(host.folder.data).status).toBe(status);
    }
    const search = page.getByRole("searchbox", { name: "Search runs" });
    for (const [query, found] of [
      ["", titles],
      ["thought", ["A short thought"]],
      ["status:failed", ["A failure"]],
      ["wf:a-question", ["A question"]],
      ["wf:a-question status:failed", []],
    ] as const) {
      await search.fill(query);
      await expectListed(page, found);
    }
    // At once: what was just written counts.
    await search.fill("");
    await page.getByRole("group", { name: "Runs by status" }).getByText("Completed").click();
    await expectListed(page, ["A short thought"]);
    // The filter is part of the address.
    await page.reload();
    await expectListed(page, ["A short thought"]);
    await search.fill("");
    await expectListed(page, titles);
    await page.getByRole("group", { name: "Which runs" }).getByText("Needs you").click();
    await expectListed(page, ["A question"]);
    await page.getByRole("group", { name: "Which runs" }).getByText("All", { exact: true }).click();

    await runRow(page, "A failure").getByRole("link").click();
    const seen = await readRunPage(page);
    expect(seen.steps.map(({ name }) => name)).toEqual(["What goes well", "What breaks"]);
    const [well, broken] = seen.steps;
    expect(well?.tabs["Output"]).toContain("1");
    expect(broken?.tabs["Input"]).toContain("The well is dry.");
    expect(broken?.tabs["Error"]).toContain("DRY");
    expect(broken?.tabs["Attempts"]).toMatch(/Attempt 1[^]*DRY/);
    const { events } = readHistory(host.folder.data);
    expect(seen.events).toHaveLength(events.length);
    await page.reload();
    expect(await readRunPage(page)).toEqual(seen);
  });
});

async function expectListed(page: Page, names: readonly string[]): Promise<void> {
  const links = page.getByRole("grid", { name: "Runs, newest first" }).getByRole("link");
  await expect
    .poll(async () => (await links.allInnerTexts()).toSorted(), names.join(", "))
    .toEqual([...names]);
}

/** What the page of the failed run says of each step that ran, tab by tab, and of each event. */
async function readRunPage(page: Page) {
  await expect(runHeader(page, "A failure").getByText("Failed", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: /^Timeline/ }).click();
  const steps = [];
  for (const name of ["What goes well", "What breaks"]) {
    await page
      .getByRole("treegrid")
      .getByRole("row", { name: new RegExp(name) })
      .click();
    const inspector = page.getByRole("complementary", { name });
    const tabs: Record<string, string> = {};
    for (const tab of ["Input", "Output", "Error", "Attempts"]) {
      await inspector.getByRole("tab", { name: tab }).click();
      const panel = inspector.getByRole("tabpanel");
      await expect(panel).not.toContainText("Loading");
      tabs[tab] = await panel.innerText();
    }
    steps.push({ name, tabs });
  }
  await page.getByRole("button", { name: /^Events/ }).click();
  const rows = page.getByRole("grid", { name: "Events of the run" }).getByRole("row");
  await expect(rows.last()).toContainText("failed");
  const [, ...events] = await rows.allInnerTexts();
  return { steps, events };
}
