import { isDeepStrictEqual } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import { startRun, type Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { goTo, runHeader, runRow } from "./screens.ts";
import { wideFan } from "./workflows.ts";

test.describe("a run with 80 steps side by side", { tag: tags.product }, () => {
  test("[U1] shows them as one row, which opens by the keyboard, failures first", async ({
    host,
  }) => {
    const page = await host.start();
    await startRun(host, wideFan({ onError: "continue", question: "beside" }));
    await expect.poll(() => readHistory(host.folder.data).status).toBe("awaiting_user");
    await runRow(page, "A wide fan").getByRole("link").click();
    await expect(runHeader(page, "A wide fan")).toBeVisible();
    const grid = page.getByRole("treegrid", { name: "Steps of the run" });
    const group = grid.getByRole("row", { name: /^80 × Part/ });
    await expect(group).toHaveAttribute("aria-expanded", "false");
    await expect(group).toContainText("1 failed, 79 completed");
    await expect(group).toContainText(/half took up to .+, 95% took up to /);
    await expectPlace(group, { level: 1, position: 2, setSize: 3 });
    await expect(grid).toHaveAttribute("aria-rowcount", "3");
    await expectAccessible(page, "closed");

    // From the question, which waits for its answer, to the group, and into it.
    await grid.getByRole("row", { name: /^Go on/ }).focus();
    await page.keyboard.press("ArrowUp");
    await expect(group).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await expect(group).toHaveAttribute("aria-expanded", "true");
    await expect(grid).toHaveAttribute("aria-rowcount", "83");
    await page.keyboard.press("ArrowRight");
    const failed = grid.getByRole("row", { name: /^Part 41 Failed/ });
    await expect(failed).toBeFocused();
    await expectPlace(failed, { level: 2, position: 1, setSize: 80 });
    await page.keyboard.press("ArrowDown");
    const second = page.locator(":focus");
    await expect(second).toHaveAccessibleName(/^Part \d+ Completed/);
    await expectPlace(second, { level: 2, position: 2, setSize: 80 });
    await expectAccessible(page, "open");

    // Out of it, closed with Enter; E finds the failure in the closed group.
    await page.keyboard.press("ArrowLeft");
    await expect(group).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(group).toHaveAttribute("aria-expanded", "false");
    await expect(group).toBeFocused();
    await page.keyboard.press("e");
    await expect(failed).toBeFocused();
    await expect(failed).toHaveAttribute("aria-selected", "true");
    await expect(group).toHaveAttribute("aria-expanded", "true");
    await page.keyboard.press("End");
    await expect(grid.getByRole("row", { name: /^Go on/ })).toBeFocused();

    await page.keyboard.press("Home");
    await group.click();
    await expect(group).toHaveAttribute("aria-expanded", "false");

    // A link to a step opens the group that holds it.
    await page.keyboard.press("e");
    await group.click();
    await expect(failed).toBeHidden();
    await goTo(page, "Runs");
    await expect(grid).toBeHidden();
    await page.evaluate(() => window.history.back());
    await expect(failed).toHaveAttribute("aria-selected", "true");
    await expect(failed).toBeInViewport();
  });

  test("[U1] opens nothing by itself under a person who is in the timeline when a step fails", async ({
    host,
  }) => {
    const page = await host.start();
    const runId = await startRun(host, wideFan({ onError: "fail", question: "before" }));
    await expect.poll(() => readHistory(host.folder.data).status).toBe("awaiting_user");
    await runRow(page, "A wide fan").getByRole("link").click();
    const grid = page.getByRole("treegrid", { name: "Steps of the run" });
    const group = grid.getByRole("row", { name: /^80 × Part/ });
    await expect(group).toContainText("80 not started");
    await grid.getByRole("row", { name: /^Split/ }).focus();
    await host.request("run.answer", { runId, node: "go-on", answer: { approved: true } });
    await expect(page.getByRole("complementary", { name: "Part 41" })).toBeVisible();
    await expect(group).toHaveAttribute("aria-expanded", "false");
    await expect(grid.getByRole("row", { name: /^Split/ })).toBeFocused();
    await page.keyboard.press("e");
    await expect(grid.getByRole("row", { name: /^Part 41 Failed/ })).toBeFocused();
  });

  test("[U1] shows all of them in a minimap, and a press there leads to them", async ({ host }) => {
    const { page, grid, failed } = await openFailedFan(host);
    const minimap = page.locator("[class*=minimapLane]");
    await expect(minimap).toBeVisible();
    // What it shows stands in the rows: nothing of it is read out.
    expect(await page.locator("main").ariaSnapshot()).not.toContain("81 steps");
    const redOf = (canvas: HTMLCanvasElement): number => {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      };
      let red = 0;
      for (let at = 0; at < data.length; at += 4) {
        if ((data[at] ?? 0) > 150 && (data[at + 1] ?? 255) < 90) red += 1;
      }
      return red;
    };
    const canvas = minimap.locator("canvas");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => canvas.evaluate(redOf)).toBeGreaterThan(0);
    await expect(failed).toBeInViewport();
    // What stands beside the timeline comes later, and takes room from it.
    await expect(page.getByRole("complementary", { name: "Part 41" })).toBeVisible();
    const box = await placeAtRest(minimap);
    await page.mouse.move(box.x + 20, box.y + 62);
    await page.mouse.down();
    await expect(failed).not.toBeInViewport();
    await expect(grid.locator("[aria-rowindex='82']")).toBeInViewport();
    await page.mouse.move(box.x + 20, box.y + 1);
    await expect(failed).toBeInViewport();
    await page.mouse.up();
    // Where all rows have room there is nothing to lead to.
    await page.setViewportSize({ width: 1_280, height: 2_800 });
    await expect(minimap).toBeHidden();
  });

  test("[U1] opens at the step that failed, however many stand beside it", async ({ host }) => {
    const { page, grid, failed } = await openFailedFan(host);
    await expect(failed).toHaveAttribute("aria-selected", "true");
    await expect(failed).toBeInViewport();
    await expect(page.getByRole("complementary", { name: "Part 41" })).toContainText(
      "Part 41 is missing.",
    );
    // A person who closes the group is not contradicted.
    await grid.getByRole("row", { name: /^80 × Part/ }).click();
    await expect(failed).toBeHidden();
  });
});

/** The page of a run in which one of the siblings failed, and the run with it. */
async function openFailedFan(host: Host) {
  const page = await host.start();
  await startRun(host, wideFan({ onError: "fail", question: "none" }));
  await expect.poll(() => readHistory(host.folder.data).status).toBe("failed");
  await runRow(page, "A wide fan").getByRole("link").click();
  const grid = page.getByRole("treegrid", { name: "Steps of the run" });
  return { page, grid, failed: grid.getByRole("row", { name: /^Part 41 Failed/ }) };
}

/** Where a thing stands once the page around it is laid out. */
async function placeAtRest(thing: Locator) {
  let last = await thing.boundingBox();
  await expect
    .poll(async () => {
      const before = last;
      last = await thing.boundingBox();
      return last !== null && isDeepStrictEqual(before, last);
    })
    .toBe(true);
  if (last === null) throw new Error("It has no place.");
  return last;
}

async function expectPlace(
  row: Locator,
  place: { readonly level: number; readonly position: number; readonly setSize: number },
): Promise<void> {
  await expect(row).toHaveAttribute("aria-level", String(place.level));
  await expect(row).toHaveAttribute("aria-posinset", String(place.position));
  await expect(row).toHaveAttribute("aria-setsize", String(place.setSize));
}

/** In the page alone: else each look opens another page to put frames together, and there are none. */
async function expectAccessible(page: Page, what: string): Promise<void> {
  // A colour on its way to another one is not yet the one that is meant.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect.soft(violations, what).toEqual([]);
}
