import { join } from "node:path";
import { expect } from "@playwright/test";
import { answerDialog, hostCalls } from "./desktop-play.ts";
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

  test("Choose… opens the system's dialog: its folder stands in the field, nothing where none was chosen", async ({
    desktopHost: host,
  }) => {
    const page = await host.start();
    await openDataSettings(page);
    await page.getByRole("button", { name: "Move…" }).click();
    const { app } = host.app();
    const field = page.getByRole("textbox", { name: "Move the data to this folder" });
    const choose = page.getByRole("button", { name: "Choose…" });
    const chosen = join(host.folder.path, "chosen");
    for (const answer of [
      { canceled: false, filePaths: [chosen] },
      { canceled: true, filePaths: [] },
    ]) {
      await answerDialog(app, { dialog: "showOpenDialog", answer });
      await choose.click();
      await expect(choose).toBeEnabled();
      await expect(field).toHaveValue(chosen);
    }
    expect(await hostCalls(app, "dialog.showOpenDialog")).toEqual(
      [1, 2].map(() => ({
        title: "Move the data to this folder",
        buttonLabel: "Choose",
        properties: ["openDirectory", "createDirectory"],
      })),
    );
    await page.getByRole("button", { name: "Move at the next start" }).click();
    await expect(page.getByText(`are moved to ${chosen}`)).toBeVisible();
  });
});
