import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { damageWhileRunning } from "../damaged-file.ts";
import { test } from "../host/host-test.ts";
import { recoveryPanel, runRow } from "../story/screens.ts";
import { tags } from "../tags.ts";

test.describe("data that is damaged while a tab is open", { tag: tags.product }, () => {
  test("[D4] [U2] the tab says that the engine stays down and why, saves a copy as it is, and comes back with a restored one", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    const { file, backup } = await damageWhileRunning(host, page);

    const bar = page.getByRole("alert").filter({ hasText: "Engine stopped." });
    await expect(bar).toContainText("not started again by itself");
    await expect(bar).toContainText("The data file is damaged. Restore the newest backup");
    await expect(bar).toContainText(host.folder.data);
    await expect(bar).toContainText("End Handshake where it runs");
    await expect(runRow(page, "A long thought")).toContainText("Was running");
    // Nobody at a tab can start it again.
    await expect(bar.getByRole("button")).toHaveText(["Export copy"]);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      bar.getByRole("button", { name: "Export copy" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("handshake-data.tar");
    const copy = join(host.folder.path, "copy");
    mkdirSync(copy);
    execFileSync("tar", ["-xf", await download.path(), "-C", copy]);
    expect(readFileSync(join(copy, "handshake.db")).equals(readFileSync(file))).toBe(true);

    // A tab that comes only now is told the same.
    await page.reload();
    await expect(bar).toContainText(host.folder.data);

    await host.kill();
    for (const part of ["-wal", "-shm"]) rmSync(file + part, { force: true });
    cpSync(backup, file);
    await host.start();
    await expect(recoveryPanel(page)).toContainText("Nothing is running now.");
    await expect(runRow(page, "A long thought")).toContainText("Stalled");
    await expect(bar).toBeHidden();
  });
});
