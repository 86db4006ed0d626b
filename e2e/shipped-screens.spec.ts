import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import Database from "better-sqlite3";
import type { LaunchedApp } from "./desktop.ts";
import { startRun } from "./host/host.ts";
import { test } from "./host/host-test.ts";
import { readHistory } from "./read-database.ts";
import { goTo, recoveryPanel, runHeader, runRow } from "./story/screens.ts";
import { longThought, shortThought } from "./story/workflows.ts";
import { tags } from "./tags.ts";

test.describe("the app's window, when something ends", { tag: tags.product }, () => {
  test("[U1] a page that dies comes back on the same run, which went on meanwhile", async ({
    desktopHost: host,
  }) => {
    const page = await host.start();
    const { app, page: find } = host.app();
    await startRun(host, longThought);
    await expect(runRow(page, "A long thought")).toContainText("Running");
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    await expect.poll(() => app.windows().some((window) => window !== page)).toBe(true);
    await expect.poll(() => app.windows().length).toBe(1);
    await expect(runRow(await find(), "A long thought")).toContainText("Running");
    expect(readHistory(host.folder.data).nodes.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  test("[U2] a core thread that ends: red bar, recovery panel, one new start; after a second end a person restarts it", async ({
    desktopHost: host,
  }) => {
    const launched = await host.launch(["keep-workers.cjs"]);
    const page = await launched.page();
    await startRun(host, longThought);
    await expect(runRow(page, "A long thought")).toContainText("Running");
    await noteAlerts(page);
    await endCore(launched);
    await expect(recoveryPanel(page)).toContainText("Nothing is running now.");
    await expect(runRow(page, "A long thought")).toContainText("Stalled");
    expect(await alertsSeen(page)).toContain("Engine stopped.");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(runRow(page, "A long thought")).toContainText("Running");
    await endCore(launched);
    const bar = page.getByRole("alert").filter({ hasText: "Engine stopped." });
    await expect(bar).toContainText("not started again by itself");
    await expect(runRow(page, "A long thought")).toContainText("Was running");
    // What is there can still be looked at.
    await goTo(page, "Workflows");
    await goTo(page, "Runs");
    await bar.getByRole("button", { name: "Restart engine" }).click();
    await expect(bar).toBeHidden();
    await expect(runRow(page, "A long thought")).toContainText("Stalled");
    await expect(recoveryPanel(page)).toContainText("Nothing is running now.");
  });

  test("after a crash the panel's heading has the focus in a window that nobody touched", async ({
    desktopHost: host,
  }) => {
    await host.start();
    await startRun(host, longThought);
    await expect.poll(() => readHistory(host.folder.data).nodes.length).toBe(2);
    await host.kill();
    const page = await host.start();
    await expect(page.getByRole("heading", { name: /^1 run stopped/ })).toBeFocused();
  });

  test("[U1] shows the same after a reload", async ({ desktopHost: host }) => {
    const page = await host.start();
    await startRun(host, shortThought);
    await runRow(page, "A short thought").getByRole("link").click();
    await expect(runHeader(page, "A short thought").getByText("Completed")).toBeVisible();
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    await expect(steps.getByRole("row")).toHaveCount(2);
    await expect(steps.getByRole("row", { name: /^close Completed/ })).toBeVisible();
    const before = await steps.ariaSnapshot();
    await page.evaluate(() => void (document.body.dataset["isOld"] = ""));
    await host.app().app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.reload();
    });
    await expect(page.locator("body:not([data-is-old])")).toBeAttached();
    await expect(runHeader(page, "A short thought").getByText("Completed")).toBeVisible();
    await expect(steps.getByRole("row")).toHaveCount(2);
    await expect.poll(() => steps.ariaSnapshot()).toBe(before);
  });
});

test.describe("a database that cannot be opened", { tag: tags.product }, () => {
  test("[D1] of a newer Handshake: it is said, and nothing is written", async ({
    desktopHost: host,
  }) => {
    await host.start();
    await startRun(host, shortThought);
    await expect.poll(() => readHistory(host.folder.data).status).toBe("completed");
    await host.kill();
    const file = join(host.folder.data, "handshake.db");
    const db = new Database(file);
    db.exec(
      `insert into schema_migration (version, name, checksum, app_version, min_writer_version, applied_at)
       select 9999, 'from-the-future', checksum, '99.0.0', 9999, applied_at
       from schema_migration where version = 1`,
    );
    db.close();
    const launched = await host.launch();
    const window = await launched.windowTitled("These runs were saved by a newer Handshake");
    await expect(window.getByText("nothing was deleted")).toBeVisible();
    expect(readHistory(host.folder.data).status).toBe("completed");
    await window.getByRole("button", { name: "Quit" }).click();
    expect(await launched.ended()).toBe(0);
  });

  test("[D4] that may only be read: it is said, and the window offers ways out", async ({
    desktopHost: host,
  }) => {
    await host.start();
    await startRun(host, shortThought);
    await expect.poll(() => readHistory(host.folder.data).status).toBe("completed");
    await host.kill();
    const undo = makeReadOnly(host.folder.data);
    test.skip(undo === null, "root may write everywhere, and may mount nothing here");
    try {
      const launched = await host.launch();
      const window = await launched.windowTitled(/cannot be (written|used)/);
      await expect(window.getByText("Nothing was changed and nothing was deleted.")).toBeVisible();
      await expect(window.getByRole("button", { name: "Use another folder" })).toBeVisible();
      await window.getByRole("button", { name: "Quit" }).click();
      expect(await launched.ended()).toBe(0);
    } finally {
      undo?.();
    }
  });
});

test.describe("a start that takes long", { tag: tags.product }, () => {
  test("[R2] [S10] shows a start-up window without a run, then the screens", async ({
    desktopHost: host,
  }) => {
    const launched = await host.launch(["slow-core.cjs"]);
    const startup = await launched.windowTitled("Handshake is starting");
    await expect(startup.getByRole("row")).toHaveCount(0);
    expect(await startup.evaluate(() => "handshake" in globalThis)).toBe(false);
    await launched.app.evaluate(() =>
      (globalThis as unknown as { releaseCore(): void }).releaseCore(),
    );
    await expect((await launched.page()).getByText("No runs yet")).toBeVisible();
    await expect.poll(() => launched.app.windows().length).toBe(1);
  });
});

/** hooks/keep-workers.cjs */
function endCore({ app }: LaunchedApp): Promise<void> {
  return app.evaluate(async () => {
    const { workers } = globalThis as unknown as { workers: { terminate(): Promise<void> }[] };
    await workers.at(-1)?.terminate();
  });
}

declare global {
  var seenAlerts: Set<string> | undefined;
}

/** The red bar may stand for a moment only. */
async function noteAlerts(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    globalThis.seenAlerts = seen;
    new MutationObserver(() => {
      for (const alert of document.querySelectorAll("[role=alert]")) seen.add(alert.textContent);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

async function alertsSeen(page: Page): Promise<string> {
  return page.evaluate(() => [...(globalThis.seenAlerts ?? [])].join("\n"));
}

/** Undone by what is returned; null where it cannot be done. */
function makeReadOnly(folder: string): (() => void) | null {
  if (process.getuid?.() !== 0) {
    chmodSync(join(folder, "handshake.db"), 0o400);
    chmodSync(folder, 0o500);
    return () => chmodSync(folder, 0o700);
  }

  try {
    execFileSync("mount", ["--bind", folder, folder], { stdio: "ignore" });
    execFileSync("mount", ["-o", "remount,bind,ro", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  return () => execFileSync("umount", [folder], { stdio: "ignore" });
}
