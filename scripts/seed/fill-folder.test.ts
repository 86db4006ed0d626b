import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startCore } from "../../src-main/core/start-core.ts";
import { takeDataLock } from "../../src-main/storage/sqlite/data-lock.ts";
import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { fillFolder } from "./fill-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handshake-seed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const seeding = { nowMs: Date.parse("2026-11-23T14:06:00.000Z"), seed: 7 };

test("a small history has every state, and its rows are what its events say", async () => {
  const { runs } = await fillFolder({ ...seeding, folder, runs: 12 });

  expect(Object.entries(runs).filter(([, count]) => count === 0)).toEqual([]);
  const storage = await openSqliteStorage({ folder, appVersion: "test" });
  expect(await storage.verify({ quick: false })).toEqual([]);
  await storage.close();
});

test("the same seed makes the same history", async () => {
  const other = mkdtempSync(join(tmpdir(), "handshake-seed-"));
  try {
    await fillFolder({ ...seeding, folder, runs: 60 });
    await fillFolder({ ...seeding, folder: other, runs: 60 });
    expect(await idsIn(other)).toEqual(await idsIn(folder));
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test("the engine goes on with seeded runs as with its own", async () => {
  await fillFolder({ ...seeding, folder, runs: 60 });
  const core = await startCore({ dataFolder: { path: folder, isDefault: false }, kind: "cli" });
  try {
    expect(core.recovery.stalled.map(({ reason }) => reason)).toEqual(["crash", "crash"]);
    const waiting = await core.storage.listRuns({ states: ["awaiting_user"], limit: 10 });
    const invoice = waiting.find(({ workflowId }) => workflowId === "invoice-triage");
    const runId = invoice?.runId ?? "none";
    const ended = Promise.withResolvers<string>();
    core.engine.subscribe((event) => {
      if (event.kind !== "committed" || event.runId !== runId) return;
      if (event.status === "completed" || event.status === "failed") ended.resolve(event.status);
    });
    core.startEngine();
    await core.engine.answer({
      runId,
      node: "approve",
      answer: { approved: false, account: "other" },
      actor: { kind: "human", via: "test" },
    });
    expect(await ended.promise).toBe("completed");
  } finally {
    await core.close({ drainMs: 0 });
  }
});

test("a folder that somebody owns is refused", async () => {
  const lock = takeDataLock(folder, { kind: "test", pid: process.pid, since: "now" });
  try {
    await expect(fillFolder({ ...seeding, folder, runs: 12 })).rejects.toMatchObject({
      code: "IN_USE",
    });
  } finally {
    lock.release();
  }
});

async function idsIn(path: string): Promise<readonly (readonly [string, string])[]> {
  const storage = await openSqliteStorage({ folder: path, appVersion: "test" });
  const runs = await storage.listRuns({ limit: 100 });
  await storage.close();
  return runs.map(({ runId, status }) => [runId, status]);
}
