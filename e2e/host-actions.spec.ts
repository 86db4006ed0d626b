import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { damageWhileRunning } from "./damaged-file.ts";
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
    for (const [asked, answer] of [
      { canceled: false, filePaths: [chosen] },
      { canceled: true, filePaths: [] },
    ].entries()) {
      await answerDialog(app, { dialog: "showOpenDialog", answer });
      await choose.click();
      // The button is enabled before the question as well as after its answer.
      await expect.poll(() => hostCalls(app, "dialog.showOpenDialog")).toHaveLength(asked + 1);
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

  test("of damaged data Reveal shows the folder, and Export copy saves it as it is where a person says", async ({
    desktopHost: host,
  }) => {
    const page = await host.start();
    const { file } = await damageWhileRunning(host, page);
    const bar = page.getByRole("alert").filter({ hasText: "Engine stopped." });
    await expect(bar.getByRole("button")).toHaveText(["Reveal", "Export copy", "Restart engine"]);

    const { app } = host.app();
    await bar.getByRole("button", { name: "Reveal" }).click();
    await expect.poll(() => hostCalls(app, "shell.openPath")).toEqual([host.folder.data]);

    const nowhere = join(host.folder.path, "none", "copy.tar");
    const somewhere = join(host.folder.path, "copy.tar");
    for (const filePath of [nowhere, somewhere]) {
      await answerDialog(app, { dialog: "showSaveDialog", answer: { canceled: false, filePath } });
      await bar.getByRole("button", { name: "Export copy" }).click();
    }
    await expect.poll(() => hostCalls(app, "shell.showItemInFolder")).toEqual([somewhere]);
    await expect
      .poll(() => hostCalls(app, "dialog.showErrorBox"))
      .toMatchObject([
        {
          title: "The copy could not be saved",
          content: expect.stringContaining(host.folder.data),
        },
      ]);
    if (process.platform !== "win32") expect(statSync(somewhere).mode & 0o777).toBe(0o600);
    const copy = join(host.folder.path, "copy");
    mkdirSync(copy);
    execFileSync("tar", ["-xf", somewhere, "-C", copy]);
    expect(readFileSync(join(copy, "handshake.db")).equals(readFileSync(file))).toBe(true);
  });
});
