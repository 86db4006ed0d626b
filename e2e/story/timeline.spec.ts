import { expect, type Page } from "@playwright/test";
import { startRun, type Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { notePlaces } from "./note-places.ts";
import { runRow } from "./screens.ts";
import { longThought } from "./workflows.ts";

test.describe("the timeline", { tag: tags.product }, () => {
  test("[U1] says in words how long a step has worked, as the bar grows", async ({ host }) => {
    const page = await host.start();
    await startRun(host, longThought);
    await runRow(page, "A long thought").getByRole("link").click();
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    const working = steps.getByRole("row", { name: /^think Running/ });
    const ended = steps.getByRole("row", { name: /^begin Completed/ });
    const [first = "", once = ""] = [await working.textContent(), await ended.textContent()].map(
      String,
    );
    await expect(working).not.toHaveText(first);
    await expect(ended).toHaveText(once);
  });

  test("[U1] [U2] shows the time without the app as a band, which opens and closes by click and key", async ({
    host,
  }) => {
    const page = await startAfterAKill(host);
    await runRow(page, "A long thought").getByRole("link").click();
    const band = page
      .getByRole("group", { name: "Stretches without work" })
      .getByRole("button", { name: "App closed since then" });
    await expect(band).toHaveAttribute("aria-expanded", "false");
    const collapsed = await stillPicture(page);
    await band.click();
    await expect(band).toHaveAttribute("aria-expanded", "true");
    await expect.poll(() => picture(page)).not.toBe(collapsed);
    await band.focus();
    await page.keyboard.press("Enter");
    await expect(band).toHaveAttribute("aria-expanded", "false");
    await expect(band).toBeFocused();
    await expect.poll(() => picture(page)).toBe(collapsed);
  });

  test("[U1] stands still from its first moment, below what is saved of a run that stopped", async ({
    host,
  }) => {
    const page = await startAfterAKill(host);
    const places = await notePlaces(page, "[role=treegrid]");
    await runRow(page, "A long thought").getByRole("link").click();
    await expect(page.locator("section[aria-labelledby=stopped-heading]")).toBeVisible();
    await stillPicture(page);
    expect(await places()).toHaveLength(1);
  });
});

/** The thought was cut off in its second step. */
async function startAfterAKill(host: Host): Promise<Page> {
  await host.start();
  await startRun(host, longThought);
  await expect.poll(() => readHistory(host.folder.data).nodes[1]?.status).toBe("running");
  await host.kill();
  return host.start();
}

/** Of the lane, as it is drawn. */
function picture(page: Page): Promise<string> {
  return page
    .locator("canvas[class*=_canvas]")
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** One that has not changed for half a second: what the page still reads may move the lane. */
async function stillPicture(page: Page): Promise<string> {
  let last = "";
  await expect
    .poll(
      async () => {
        const before = last;
        last = await picture(page);
        return last === before;
      },
      { intervals: [500] },
    )
    .toBe(true);
  return last;
}
