import { join } from "node:path";
import { expect } from "@playwright/test";
import { hostCalls } from "./desktop-play.ts";
import { test } from "./host/host-test.ts";
import { openDataSettings } from "./story/screens.ts";
import { tags } from "./tags.ts";

test.describe("what the desktop does for the data", { tag: tags.hostSimulated }, () => {
  test("Reveal shows the data folder; Restart now leaves for another start", async ({
    desktopHost: host,
  }) => {
    const page = await host.start();
    await openDataSettings(page);
    await page.getByRole("button", { name: "Reveal" }).click();
    const { app, ended } = host.app();
    await expect.poll(() => hostCalls(app, "shell.openPath")).toEqual([host.folder.data]);
    await page.getByRole("button", { name: "Move…" }).click();
    const field = page.getByRole("textbox", { name: "Move the data to this folder" });
    await field.fill(join(host.folder.path, "new"));
    await page.getByRole("button", { name: "Move at the next start" }).click();
    await page.getByRole("button", { name: "Restart now" }).click();
    expect(await ended()).toBe(0);
  });
});
