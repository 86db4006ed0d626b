import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import * as z from "zod";
import { ask, startRun } from "./ask.ts";
import { test } from "./desktop.ts";
import { answerDialog, hostCalls } from "./desktop-play.ts";
import { longWorkflow, twoStepWorkflow } from "./fixtures/workflows.ts";
import { holdAnswers } from "./held-answers.ts";
import { nonLoopbackSockets } from "./open-sockets.ts";
import { readHistory } from "./read-database.ts";
import { tags } from "./tags.ts";

const handshake = fileURLToPath(new URL("../bin/handshake.mjs", import.meta.url));

test.describe("one owner", { tag: tags.product }, () => {
  test("a second instance goes, touches no data, and the first one shows its window", async ({
    desktop,
  }) => {
    const first = await desktop.launch();
    await first.page();
    await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const before = dataFiles(desktop.dataFolder);
    expect(await desktop.startSecond()).toBe(0);
    await expect
      .poll(() =>
        first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized()),
      )
      .toBe(false);
    expect(dataFiles(desktop.dataFolder)).toEqual(before);
  });

  test("another owner of the folder is named, and nothing is taken from it", async ({
    desktop,
  }) => {
    const owner = await ownFolder(desktop.dataFolder);
    const launched = await desktop.launch();
    const window = await launched.windowTitled(/^In use by handshake run \(pid \d+, since /);
    await expect(window.getByRole("button")).toHaveText([
      "Try again",
      "Use another folder",
      "Quit",
    ]);
    owner.kill("SIGKILL");
    await once(owner, "exit");
    await window.getByRole("button", { name: "Try again" }).click();
    const page = await launched.page();
    await expect(page.locator("#runs li")).toHaveText(["A long thought: stalled"]);
  });
});

test.describe("start that fails", { tag: tags.product }, () => {
  test("[D4] a damaged file is said, nothing is deleted, and the window offers ways out", async ({
    desktop,
  }) => {
    const file = join(desktop.dataFolder, "handshake.db");
    writeFileSync(file, "this is no database, and it is long enough to be looked at".repeat(100));
    const launched = await desktop.launch();
    const window = await launched.windowTitled("The data file is damaged");
    await expect(window.getByText("nothing was deleted")).toBeVisible();
    await window.getByRole("button", { name: "Quit" }).click();
    expect(await launched.ended()).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("this is no database");
  });

  test("a data folder that cannot be is said", async ({ desktop }) => {
    const launched = await desktop.launch({ dataFolder: join(desktop.dataFolder, "no", "such") });
    const window = await launched.windowTitled("The data folder cannot be used");
    await expect(window.getByText("does not exist")).toBeVisible();
    await window.getByRole("button", { name: "Quit" }).click();
    expect(await launched.ended()).toBe(0);
  });
});

test.describe("first start", { tag: tags.product }, () => {
  test("[P1] the app opens no socket beyond this machine", async ({ desktop }) => {
    test.skip(process.platform !== "linux", "sockets are read from /proc");
    const launched = await desktop.launch();
    await launched.page();
    const seen = new Set<string>();
    for (const end = Date.now() + 3_000; Date.now() < end;) {
      for (const socket of nonLoopbackSockets(launched.app.process().pid ?? 0)) seen.add(socket);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([...seen]).toEqual([]);
  });

  test("[P4] the data folder is for its user only", async ({ desktop }) => {
    await (await desktop.launch()).page();
    const modeOf = (...path: string[]): string =>
      (statSync(join(desktop.dataFolder, ...path)).mode & 0o777).toString(8);
    // Made with its first line, which another thread may have sent.
    await expect
      .poll(() => existsSync(join(desktop.dataFolder, "logs", "handshake.log")))
      .toBe(true);
    expect([modeOf(), modeOf("handshake.db"), modeOf("logs", "handshake.log")]).toEqual([
      "700",
      "600",
      "600",
    ]);
  });
});

test.describe("crashes", { tag: tags.product }, () => {
  test("a page that dies is replaced by a window on the same core", async ({ desktop }) => {
    const { app, page: find } = await desktop.launch();
    const page = await find();
    await startRun(page, longWorkflow);
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    await expect.poll(() => app.windows().length).toBe(1);
    await expect.poll(() => app.windows()[0] !== page).toBe(true);
    await expect((await find()).locator("#runs li")).toHaveText(["A long thought: running"]);
  });

  test("a core thread that dies is started once more, and its runs are stalled", async ({
    desktop,
  }) => {
    const { app, page: find } = await desktop.launch({ hooks: ["keep-workers.cjs"] });
    const page = await find();
    await startRun(page, longWorkflow);
    const before = await page.evaluate(() => document.documentElement.dataset["instanceId"]);
    const endCore = (): Promise<void> =>
      app.evaluate(async () => {
        const { workers } = globalThis as unknown as { workers: { terminate(): Promise<void> }[] };
        await workers.at(-1)?.terminate();
      });
    const threadsStarted = (): Promise<number> =>
      app.evaluate(() => (globalThis as unknown as { workers: object[] }).workers.length);
    await endCore();
    await expect(page.locator("#runs li")).toHaveText(["A long thought: stalled"]);
    expect(await threadsStarted()).toBe(2);
    const after = await page.evaluate(() => document.documentElement.dataset["instanceId"]);
    expect(after).not.toBe(before);
    const started = await threadsStarted();
    await endCore();
    await expect(page.locator("#connection")).toHaveText("down");
    // A new start would have begun before the page could hear of the end.
    expect(await threadsStarted()).toBe(started);
  });
});

test.describe("quit", () => {
  test(
    "without active runs it ends at once, cleanly",
    { tag: tags.product },
    async ({ desktop }) => {
      const launched = await desktop.launch();
      await launched.page();
      await launched.app.evaluate(({ app }) => app.quit());
      expect(await launched.ended()).toBe(0);
      const again = await desktop.launch({ hooks: ["recovery-at-windows.cjs"] });
      await again.page();
      expect(logOf(desktop.dataFolder)).not.toContain("not clean");
    },
  );

  test(
    "with active runs it asks; Quit now stalls them as app_quit",
    { tag: tags.hostSimulated },
    async ({ desktop }) => {
      const launched = await desktop.launch();
      const page = await launched.page();
      await startRun(page, longWorkflow);
      await answerDialog(launched.app, { dialog: "showMessageBox", answer: { response: 2 } });
      await launched.app.evaluate(({ app }) => app.quit());
      await expect
        .poll(() => hostCalls(launched.app, "dialog.showMessageBox"))
        .toMatchObject([{ message: "1 run is working." }]);
      // Keep running was chosen.
      await expect(page.locator("#runs li")).toHaveText(["A long thought: running"]);
      await answerDialog(launched.app, { dialog: "showMessageBox", answer: { response: 1 } });
      await launched.app.evaluate(({ app }) => app.quit());
      expect(await launched.ended()).toBe(0);

      const again = await desktop.launch({ hooks: ["recovery-at-windows.cjs"] });
      await expect((await again.page()).locator("#runs li")).toHaveText([
        "A long thought: stalled",
      ]);
      const seen = await again.app.evaluate(
        () => (globalThis as unknown as { recoveryAtWindows: unknown[] }).recoveryAtWindows,
      );
      expect(seen.at(-1)).toMatchObject({ stalled: 1, events: [{ reason: "app_quit" }] });
    },
  );

  test(
    "Finish current steps waits for the step, and starts no other",
    { tag: tags.hostSimulated },
    async ({ desktop }) => {
      const launched = await desktop.launch();
      const page = await launched.page();
      const held = await holdAnswers();
      const workflow = twoStepWorkflow(held.origin);
      const runId = await startRun(page, workflow, [`net:${held.origin}`]);
      await answerDialog(launched.app, { dialog: "showMessageBox", answer: { response: 0 } });
      await expect.poll(held.asked).toBe(1);
      await launched.app.evaluate(({ app }) => app.quit());
      await expect
        .poll(() => ask(page, "engine.state", {}))
        .toMatchObject({ engine: { state: "stopping" } });
      held.release();
      expect(await launched.ended()).toBe(0);
      held.close();
      expect(held.asked()).toBe(1);

      const again = await (await desktop.launch()).page();
      await expect(again.locator("#runs li")).toHaveText([/^Two thoughts: (stalled|queued)$/]);
      const { nodes } = Nodes.parse(await ask(again, "run.nodes", { runId }));
      expect(nodes[0]).toMatchObject({ nodePath: "first", status: "completed" });
      expect(nodes[1]?.status).not.toBe("completed");
    },
  );

  test(
    "a shut-down of the system asks nobody and drains",
    { tag: tags.hostSimulated },
    async ({ desktop }) => {
      const launched = await desktop.launch();
      await startRun(await launched.page(), longWorkflow);
      await launched.app.evaluate(({ powerMonitor }) => powerMonitor.emit("shutdown"));
      expect(await launched.ended()).toBe(0);
    },
  );
});

const Nodes = z.object({
  nodes: z.array(z.looseObject({ nodePath: z.string(), status: z.string() })),
});

/** Everything of the data, not Electron's own folder and not the log: names, sizes, times. */
function dataFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(electron|logs)\b|-(wal|shm)$/.test(name))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });
}

/** `handshake run` on the same folder, once its run works. */
async function ownFolder(dataFolder: string): Promise<ChildProcess> {
  const workflow = join(dataFolder, "workflow.json");
  writeFileSync(workflow, longWorkflow);
  const args = [handshake, "run", workflow, "--data", dataFolder];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  await expect.poll(() => existsSync(join(dataFolder, "lock-holder.json"))).toBe(true);
  await expect.poll(() => works(dataFolder)).toBe(true);
  return child;
}

function works(dataFolder: string): boolean {
  try {
    return readHistory(dataFolder).nodes.some(({ status }) => status === "running");
  } catch {
    // There is no database yet, or no run in it.
    return false;
  }
}

function logOf(dataFolder: string): string {
  return readFileSync(join(dataFolder, "logs", "handshake.log"), "utf8");
}
