import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import Database from "better-sqlite3";
import { damageWhileRunning, foldedTogether, overwritePage, rootPageOf } from "./damaged-file.ts";
import { productBundle, type LaunchedApp } from "./desktop.ts";
import type { DesktopHost } from "./host/desktop-host.ts";
import { startRun } from "./host/host.ts";
import { test } from "./host/host-test.ts";
import { readHistory } from "./read-database.ts";
import { recoveryPanel, runRow } from "./story/screens.ts";
import { longThought, shortThought } from "./story/workflows.ts";
import { tags } from "./tags.ts";

const waysOut = ["Try again", "Show the folder", "Use another folder", "Quit"];

test.describe("data that is in a bad way when the app starts", { tag: tags.product }, () => {
  test("[D4] a page of the database is overwritten: it is said, nothing is changed, and a restored copy opens", async ({
    desktopHost: host,
  }) => {
    await withOneRun(host);
    const file = join(host.folder.data, "handshake.db");
    const whole = foldedTogether(file);
    overwritePage(file, rootPageOf(file, "engine_instance"));
    const damaged = readFileSync(file);

    const launched = await host.launch();
    const window = await launched.windowTitled("The data file is damaged");
    await expect(window.getByRole("button")).toHaveText(waysOut);
    await expect(window.getByText("Nothing was changed and nothing was deleted.")).toBeVisible();
    await expect(window.getByText(host.folder.data)).toBeVisible();
    expect(readFileSync(file).equals(damaged)).toBe(true);

    writeFileSync(file, whole);
    await window.getByRole("button", { name: "Try again" }).click();
    await expect(runRow(await launched.page(), "A short thought")).toContainText("Completed");
  });

  test("[D4] [U2] a page is overwritten while a run works: the engine stops and says why, nothing false stands on the screen, a restored copy recovers", async ({
    desktopHost: host,
  }) => {
    const page = await host.start();
    const { file, backup } = await damageWhileRunning(host, page);

    const bar = page.getByRole("alert").filter({ hasText: "Engine stopped." });
    await expect(bar).toContainText("not started again by itself");
    await expect(bar).toContainText("The data file is damaged. Restore the newest backup");
    await expect(bar).toContainText(host.folder.data);
    await expect(runRow(page, "A long thought")).toContainText("Was running");

    for (const part of ["-wal", "-shm"]) rmSync(file + part, { force: true });
    cpSync(backup, file);
    await bar.getByRole("button", { name: "Restart engine" }).click();
    await expect(recoveryPanel(page)).toContainText("Nothing is running now.");
    await expect(runRow(page, "A long thought")).toContainText("Stalled");
    await expect(bar).toBeHidden();
  });

  test("[R2] another program holds the file: the start-up window waits, then it is said; Try again goes on", async ({
    desktopHost: host,
  }) => {
    await host.start();
    await startRun(host, longThought);
    await expect.poll(() => readHistory(host.folder.data).nodes.length).toBe(2);
    await host.kill();
    const other = new Database(join(host.folder.data, "handshake.db"));
    other.exec("begin immediate");
    try {
      // SQLite waits five seconds for the other one: too short to be sure that the window is looked at meanwhile.
      const launched = await host.launch(["hold-core-at-opening.cjs"]);
      const startup = await launched.windowTitled("Handshake is starting");
      await expect(startup.getByText("Opening your data")).toBeVisible();
      await releaseCore(launched);
      const window = await launched.windowTitled("Another program is using the data file");
      await expect(window.getByRole("button")).toHaveText(waysOut);
      other.exec("rollback");
      await window.getByRole("button", { name: "Try again" }).click();
      await expect(recoveryPanel(await launched.page())).toContainText("Nothing is running now.");
      await expect.poll(() => launched.app.windows().length).toBe(1);
    } finally {
      other.close();
    }
  });

  test("[D1] [R2] a migration that takes long: the start-up window says so, a backup was made before", async ({
    desktopHost: host,
  }) => {
    test.setTimeout(180_000);
    await withOneRun(host);
    const launched = await host.launch([], { main: bundleWithSlowMigration(host.folder.path) });
    const startup = await launched.windowTitled("Handshake is starting");
    await expect(startup.getByText("Changing the data's format: step 1 of 1")).toBeVisible();
    await expect(startup.getByRole("button")).toHaveText(["Quit"]);
    await expect(runRow(await launched.page(), "A short thought")).toContainText("Completed");
    await expect.poll(() => launched.app.windows().length).toBe(1);
    expect(readdirSync(join(host.folder.data, "backups")).join("\n")).toContain("before-schema-2");
  });
});

/** hooks/hold-core-at-opening.cjs */
async function releaseCore({ app }: LaunchedApp): Promise<void> {
  await app.evaluate(() => (globalThis as unknown as { releaseCore(): void }).releaseCore());
}

async function withOneRun(host: DesktopHost): Promise<void> {
  await host.start();
  await startRun(host, shortThought);
  await expect.poll(() => readHistory(host.folder.data).status).toBe("completed");
  await host.kill();
}

/**
 * The app as it is shipped, with one migration more than this version has. It counts for so long that a spec sees
 * the window, which comes after a second, also where the machine counts twice as fast as it opens windows.
 */
function bundleWithSlowMigration(folder: string): string {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const copy = join(folder, "next-version");
  for (const part of ["dist/main", "dist/renderer", "migrations", "samples", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const migrations = join(copy, "migrations", "sqlite");
  writeFileSync(
    join(migrations, "0002-slow.sql"),
    `create table slow as
       with recursive counted (n) as (select 1 union all select n + 1 from counted where n < 20000000)
       select max(n) as n from counted;`,
  );
  writeFileSync(join(migrations, "0002-slow.down.sql"), "drop table slow;");
  return join(copy, "dist", "main", productBundle.slice(dirname(productBundle).length + 1));
}
