import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import * as z from "zod";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { goTo, runHeader, runRow } from "../story/screens.ts";
import { shortThought } from "../story/workflows.ts";
import { tags } from "../tags.ts";

test.describe("files that are saved", { tag: tags.product }, () => {
  test("[U4] a run is exported with its steps, outputs and history", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await startRun(host, shortThought);
    await runRow(page, "A short thought").getByRole("link").click();
    const header = runHeader(page, "A short thought");
    await expect(header.getByText("Completed")).toBeVisible();
    const text = await saved(page, async () => {
      await header.getByRole("button", { name: "More actions" }).click();
      await page.getByRole("menuitem", { name: "Export…" }).click();
    });
    const file = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    expect(file).toMatchObject({ run: { status: "completed" } });
    expect(text).toContain("A short thought");
    expect(text).toContain("hello");
    const { events } = readHistory(host.folder.data);
    expect(file["events"]).toHaveLength(events.length);
  });

  test("[U4] one step is exported with its input, output and attempts, and no other", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await startRun(host, shortThought);
    await runRow(page, "A short thought").getByRole("link").click();
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    await steps.getByRole("row", { name: /say/ }).click();
    const inspector = page.getByRole("complementary", { name: "say" });
    await expect(inspector.getByText("Completed")).toBeVisible();
    const text = await saved(page, () =>
      inspector.getByRole("button", { name: "Export step…" }).click(),
    );
    const { node } = z.looseObject({ node: z.looseObject({}) }).parse(JSON.parse(text));
    expect(node).toMatchObject({
      nodePath: "say",
      status: "completed",
      output: { said: "hello", numbers: [1, 2, 3] },
      attempts: [{ number: 1 }],
    });
    expect(text).not.toContain("close is done");
  });

  test("[P6] the diagnostics file lists what it holds before it is saved, without payloads, names or paths", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    await startRun(host, shortThought);
    await expect.poll(() => readHistory(host.folder.data).status).toBe("completed");
    await goTo(page, "Settings");
    await page.locator("main").getByRole("link", { name: "Diagnostics" }).click();
    await page.getByRole("button", { name: "Show what it holds" }).click();
    const parts = page.getByRole("checkbox");
    await expect(parts.first()).toBeChecked();
    const count = await parts.count();
    // One part is left out: what is not ticked is not in the file.
    const leftOut = await page.locator("main label strong").first().innerText();
    await parts.first().uncheck();
    const text = await saved(page, () =>
      page.getByRole("button", { name: `Save ${count - 1} part` }).click(),
    );
    expect(text).not.toContain(`"${leftOut}"`);
    for (const secret of ["hello", "A short thought", host.folder.path]) {
      expect(text).not.toContain(secret);
    }
  });
});

async function saved(page: Page, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return readFileSync(await download.path(), "utf8");
}
