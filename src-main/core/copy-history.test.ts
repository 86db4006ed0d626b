import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { fillFolder } from "../../scripts/seed/fill-folder.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { machineIdentity } from "../machine-identity.ts";
import { onPostgres, type TestServer } from "../storage/postgres/postgres-fixture.conformance.ts";
import { openPostgresReader } from "../storage/postgres/postgres-reader.ts";
import { openPostgresStorage } from "../storage/postgres/postgres-storage.ts";
import { takeDataLock } from "../storage/sqlite/data-lock.ts";
import { openSqliteReader } from "../storage/sqlite/sqlite-reader.ts";
import { copyHistoryBetween, parseHistoryPlace } from "./copy-history.ts";
import { startCore } from "./start-core.ts";
import { wholeHistory } from "./whole-history.fixture.ts";

// Two whole copies with their verification, on a busy machine; one that is cut off would own the source.
vi.setConfig({ testTimeout: 120_000 });

const seeding = { nowMs: Date.parse("2026-11-23T14:06:00.000Z"), seed: 7, runs: 24 };

/** Runs in every state but `running`: a start has recovered what the last crash left. */
let recovered = "";

beforeAll(async () => {
  recovered = mkdtempSync(join(tmpdir(), "handshake-copy-"));
  await fillFolder({ ...seeding, folder: recovered });
  const core = await startCore({
    dataFolder: { path: recovered, isDefault: false },
    kind: "cli",
    withoutPolicies: true,
  });
  try {
    const [run] = await core.storage.listRuns({ states: ["completed"], limit: 1 });
    const runId = run?.runId ?? "none";
    await core.engine.annotateRun({
      runId,
      pinned: true,
      tags: ["kept", "ü"],
      actor: { kind: "human", via: "test" },
    });
    const [node] = await core.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 1 });
    const line = {
      runId,
      nodeExecutionId: node?.nodeExecutionId ?? "none",
      attempt: 1,
      at: "2026-11-23T14:06:00.000Z",
      level: "info",
    } as const;
    await core.storage.appendLogs([
      { ...line, text: "first" },
      { ...line, text: "a zero\u0000 in it" },
    ]);
  } finally {
    await core.close({ drainMs: 0 });
  }
});
afterAll(() => rmSync(recovered, { recursive: true, force: true }));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "handshake-copy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function copy(
  from: string,
  to: string,
  onProgress?: Parameters<typeof copyHistoryBetween>[0]["onProgress"],
) {
  const places = { from: parseHistoryPlace(from), to: parseHistoryPlace(to) };
  return copyHistoryBetween(onProgress === undefined ? places : { ...places, onProgress });
}

async function reading<T>(place: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = place.startsWith("postgres")
    ? await openPostgresReader({ url: place })
    : await openSqliteReader({ folder: place });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

const runsIn = (place: string): Promise<number> =>
  reading(place, async (storage) => (await storage.listRuns({ limit: 10_000 })).length);

async function refusal(copying: Promise<unknown>) {
  const error: unknown = await copying.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof StorageError ? { code: error.code, message: error.message } : error;
}

// Vitest types its matchers as `any`.
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** Given back after the test: making the tables takes longer than most tests. */
function emptyDatabase(server: TestServer): string {
  const url = server.takeUrl();
  onTestFinished(() => server.giveBack(url));
  return url;
}

/** Where a copy goes to, on each backend. */
type Target = (server: TestServer) => string;
const targets: readonly (readonly [name: string, target: Target])[] = [
  ["SQLite", () => emptyFolder()],
  ["PostgreSQL", emptyDatabase],
];

await onPostgres((server) => {
  test("a history goes to PostgreSQL and back to SQLite as it was, and work goes on in the copy", async () => {
    const url = emptyDatabase(server);
    const back = emptyFolder();
    const there = await copy(recovered, url);
    const andBack = await copy(url, back);

    expect(andBack).toEqual(there);
    expect(there.run_event.rows).toBeGreaterThan(100);
    expect(there.large_payload.rows).toBeGreaterThan(0);
    expect(there.attempt.rows).toBeGreaterThan(0);
    const original = await reading(recovered, wholeHistory);
    expect(original.histories.flatMap(({ logs }) => logs)).toHaveLength(2);
    expect(Object.entries(original.counts).filter(([, count]) => count === 0)).toEqual([
      ["running", 0],
    ]);
    expect(await reading(url, wholeHistory)).toEqual(original);
    expect(await reading(back, wholeHistory)).toEqual(original);
    for (const place of [url, back])
      expect(await reading(place, (storage) => storage.verify({ quick: false }))).toEqual([]);

    const core = await startCore({
      dataFolder: { path: back, isDefault: false },
      kind: "cli",
      withoutPolicies: true,
    });
    try {
      const waiting = await core.storage.listRuns({ states: ["awaiting_user"], limit: 10 });
      const runId =
        waiting.find(({ workflowId }) => workflowId === "invoice-triage")?.runId ?? "none";
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

  test("an engine of the copy in PostgreSQL gets an epoch above every copied one", async () => {
    const url = server.freshUrl();
    await copy(recovered, url);
    const instances = await reading(recovered, (storage) => storage.listInstances(1));
    const storage = await openPostgresStorage({ url, appVersion: "test" });
    const fence = await storage.registerInstance(newInstance());
    await storage.markInstanceClean(fence, "2026-11-23T15:00:00.000Z");
    await storage.close();
    expect(fence.epoch).toBe((instances[0]?.epoch ?? 0) + 1);
  });

  test("the high-water mark of a copied folder names its newest runs", async () => {
    const folder = emptyFolder();
    await copy(recovered, folder);
    const [newest] = await reading(folder, (storage) => storage.listRuns({ limit: 1 }));
    const mark: unknown = JSON.parse(readFileSync(join(folder, "high-water.json"), "utf8"));
    expect(mark).toMatchObject({
      runs: expect.arrayContaining([{ runId: newest?.runId, lastSeq: newest?.lastSeq }]) as unknown,
    });
  });

  describe.each(targets)("into %s", (_name, targetOf) => {
    test("a copy that fails half way leaves nothing, and the next one succeeds", async () => {
      const to = targetOf(server);
      const stopped = new Error("stopped");
      const failing = copy(recovered, to, ({ step }) => {
        if (step === "run_event") throw stopped;
      });
      expect(await refusal(failing)).toBe(stopped);
      expect(await runsIn(to)).toBe(0);
      await copy(recovered, to);
      expect(await runsIn(to)).toBe(seeding.runs);
    });

    test.each(["node_execution", "checking"])(
      "a process killed at %s leaves nothing",
      async (step) => {
        const to = targetOf(server);
        const child = fileURLToPath(new URL("./copy-crash-child.fixture.ts", import.meta.url));
        expect(() =>
          execFileSync(process.execPath, [child, recovered, to, step], { stdio: "pipe" }),
        ).toThrow(expect.objectContaining({ signal: "SIGKILL" }) as Error);
        expect(await runsIn(to)).toBe(0);
        await copy(recovered, to);
        expect(await runsIn(to)).toBe(seeding.runs);
      },
    );

    test("where there is a run already nothing is copied", async () => {
      const to = targetOf(server);
      await copy(recovered, to);
      expect(await refusal(copy(recovered, to))).toEqual({
        code: "CONSTRAINT",
        message: matching(/^There are 24 runs in .* already.*Name an empty/),
      });
      expect(await runsIn(to)).toBe(seeding.runs);
    });

    test("what a crash left running has to be recovered first", async () => {
      const crashed = emptyFolder();
      await fillFolder({ ...seeding, folder: crashed });
      const to = targetOf(server);
      expect(await refusal(copy(crashed, to))).toEqual({
        code: "CONSTRAINT",
        message: matching(/left \d runs as running.*`handshake recover/),
      });
      expect(await runsIn(to)).toBe(0);
    });

    test("damage in the source is found, and nothing is copied", async () => {
      const damaged = emptyFolder();
      await copy(recovered, damaged);
      const db = new Database(join(damaged, "handshake.db"));
      db.exec(`drop trigger run_event_no_update;
        update run_event set actor_kind = 'policy' where seq = 1 and run = (select min(id) from workflow_run)`);
      db.close();
      const to = targetOf(server);
      expect(await refusal(copy(damaged, to))).toEqual({
        code: "DAMAGED",
        message: matching(/not sound.*event 1 of run .* does not match its checksum/),
      });
      expect(await runsIn(to)).toBe(0);
    });

    test("a large result that is missing in the source is found, and nothing is copied", async () => {
      const damaged = emptyFolder();
      await copy(recovered, damaged);
      const [blob] = readdirSync(join(damaged, "blobs"));
      rmSync(join(damaged, "blobs", blob ?? "none"));
      const to = targetOf(server);
      expect(await refusal(copy(damaged, to))).toEqual({
        code: "DAMAGED",
        message: matching(/is missing/),
      });
      expect(await runsIn(to)).toBe(0);
    });
  });

  test("a data folder that somebody owns is neither source nor target", async () => {
    const lock = takeDataLock(recovered, { kind: "app", pid: 1, since: "now" });
    onTestFinished(() => lock.release());
    const inUse = { code: "IN_USE", message: matching(/in use by app \(pid 1/) };
    expect(await refusal(copy(recovered, emptyFolder()))).toEqual(inUse);
    expect(await refusal(copy(recovered, recovered))).toEqual(inUse);
  });

  test("a database on which an engine works is neither source nor target", async () => {
    const url = emptyDatabase(server);
    const storage = await openPostgresStorage({ url, appVersion: "test" });
    const fence = await storage.registerInstance(newInstance());
    const inUse = { code: "IN_USE", message: matching(/^cli \(pid 77\) works on /) };
    expect(await refusal(copy(url, emptyFolder()))).toEqual(inUse);
    expect(await refusal(copy(recovered, url))).toEqual(inUse);
    await storage.markInstanceClean(fence, "2026-11-23T15:00:00.000Z");
    await storage.close();
    await copy(recovered, url);
  });

  test("once a history is copied, illegal rows are refused as ever", async () => {
    const [folder, url] = [emptyFolder(), emptyDatabase(server)];
    await copy(recovered, folder);
    await copy(recovered, url);
    const node = `select run_id, 900, 'x', '', node_type, replay, 'completed_with_issues', 'human', created_at, created_at
      from node_execution limit 1`;
    const columns =
      "sequence, node_path, iteration_path, node_type, replay, status, actor_kind, created_at, finished_at";
    await expect(
      server.raw(url, `insert into node_execution (run_id, ${columns}) ${node}`),
    ).rejects.toThrow(/ILLEGAL_TRANSITION/);
    const db = new Database(join(folder, "handshake.db"));
    onTestFinished(() => {
      db.close();
    });
    expect(db.prepare("select * from history_copy").all()).toEqual([]);
    expect(() =>
      db.exec(`insert into node_execution (run, ${columns}) ${node.replace("run_id", "run")}`),
    ).toThrow(/ILLEGAL_TRANSITION/);
  });

  test("where nothing was ever written there is nothing to copy, and nothing is made there", async () => {
    const folder = emptyFolder();
    for (const from of [folder, server.freshUrl()])
      expect(await refusal(copy(from, emptyFolder()))).toEqual({
        code: "NOT_FOUND",
        message: matching(/There is no data in/),
      });
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("a place is a folder or a database", () => {
  expect(parseHistoryPlace("sqlite:/a/b")).toEqual({ kind: "folder", path: "/a/b" });
  expect(parseHistoryPlace("/a/b")).toEqual({ kind: "folder", path: "/a/b" });
  const url = "postgresql://me@host/db";
  expect(parseHistoryPlace(url)).toEqual({ kind: "database", url });
});

function newInstance() {
  return {
    ...machineIdentity(),
    pid: 77,
    instanceId: "11111111-1111-4111-8111-111111111111",
    kind: "cli",
    appVersion: "test",
    at: "2026-11-23T14:06:00.000Z",
  };
}
