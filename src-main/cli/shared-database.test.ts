import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JobState } from "../../app/model/job.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { onPostgres } from "../storage/postgres/postgres-fixture.conformance.ts";
import { openPostgresReader } from "../storage/postgres/postgres-reader.ts";
import {
  createHandshake,
  eventually,
  jsonLines,
  objectsOf,
  type Handshake,
  type JsonLine,
  type Running,
} from "./child-handshake.ts";
import { endlessWorkflow, quickWorkflow } from "./workflow-fixtures.ts";

// Several processes on one PostgreSQL database, as their users start them.

await onPostgres((server) => {
  // Many processes, one after the other.
  vi.setConfig({ testTimeout: 120_000 });
  let handshake: Handshake;
  let database: string;
  let reader: Storage | null;
  beforeEach(() => {
    handshake = createHandshake({ longestMs: 100_000 });
    database = server.freshUrl();
    reader = null;
  });
  afterEach(async () => {
    await reader?.close();
    await handshake.remove();
  });

  const json = (args: readonly string[], code?: number): Promise<JsonLine[]> =>
    handshake.json([...args, "--database", database], code);

  async function queue(file: string): Promise<string> {
    const [result] = await json(["run", file, "--detach"]);
    expect(result).toMatchObject({ type: "result", status: "queued" });
    return String(result?.["runId"]);
  }

  /** On a data folder of its own, or on that of all. */
  async function startWorker(name?: string): Promise<Running> {
    const args = ["worker", "--database", database, "--json"];
    const folder = name === undefined ? [] : ["--data", join(handshake.folder, name)];
    const worker = handshake.start([...args, ...folder]);
    await worker.printed('"type":"worker"');
    return worker;
  }

  /** As another program sees the database, without a process or a connection for each look. */
  async function read<T>(ask: (storage: Storage) => Promise<T>): Promise<T> {
    reader ??= await openPostgresReader({ url: database });
    return ask(reader);
  }

  const statusOf = (runId: string): Promise<JobState | null> =>
    read(async (storage) => (await storage.getRun(runId))?.status ?? null);

  const untilStatus = (runId: string, status: string): Promise<true> =>
    eventually(`the run is ${status}`, async () =>
      (await statusOf(runId)) === status ? true : null,
    );

  /** A worker that is in the middle of an endless step. */
  async function workInTheMiddle(): Promise<{ worker: Running; runId: string }> {
    const worker = await startWorker();
    const runId = await queue(endlessWorkflow(handshake.folder));
    await eventually("the step works", () =>
      read(async (storage) => {
        const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 });
        return nodes.some(({ status }) => status === "running") || null;
      }),
    );
    return { worker, runId };
  }

  describe("a shared database", () => {
    test("runs, shows and lists like the data folder's own file, and makes nothing by reading", async () => {
      const none = await handshake.run(["runs", "--database", database]);
      expect([none.code, none.stderr]).toEqual([4, expect.stringContaining("no data")]);
      const ran = await json(["run", quickWorkflow(handshake.folder)]);
      expect(ran.at(-1)).toMatchObject({ type: "result", status: "completed", output: 4 });
      expect(await json(["runs"])).toMatchObject([{ status: "completed" }]);
      const [shown] = await json(["show", "last"]);
      expect(objectsOf(shown, "nodes")).toHaveLength(2);
      const [checked] = await json(["doctor", "--full"]);
      expect(checked).toMatchObject({ storage: { backend: "postgres" }, problems: [] });
    });

    test("a run that is only queued waits for a worker, which takes it", async () => {
      const runId = await queue(quickWorkflow(handshake.folder));
      expect(await statusOf(runId)).toBe("queued");
      const worker = await startWorker();
      await untilStatus(runId, "completed");
      worker.child.kill("SIGINT");
      const { code, stdout } = await worker.ended;
      expect(code).toBe(0);
      expect(jsonLines(stdout).filter(({ type }) => type === "run")).toEqual([
        { type: "run", runId, status: "running" },
        { type: "run", runId, status: "completed" },
      ]);
    });

    test("a command works on its own run, and leaves what is queued to the workers", async () => {
      const runId = await queue(quickWorkflow(handshake.folder));
      await json(["run", quickWorkflow(handshake.folder)]);
      expect(await statusOf(runId)).toBe("queued");
    });

    test("a cancel of one process ends the work of another at once", async () => {
      const { worker, runId } = await workInTheMiddle();
      const cancelled = await json(["cancel", runId], 1);
      expect(cancelled.at(-1)).toMatchObject({ type: "result", status: "cancelled" });
      await worker.printed(`"runId":"${runId}","status":"cancelled"`);
    });

    test("[R4] [R5] runs of a worker that was killed are stalled at once, those of a living one never", async () => {
      const { worker, runId } = await workInTheMiddle();
      const other = await startWorker("elsewhere");
      expect(await statusOf(runId)).toBe("running");
      worker.child.kill("SIGKILL");
      await worker.ended;
      const [report] = await json(["recover"]);
      expect(report).toMatchObject({ stalled: [{ runId, reason: "crash" }] });
      const [shown] = await json(["show", runId]);
      const recoveries = objectsOf(shown, "events").filter(
        ({ type }) => type === "workflow_recovery",
      );
      expect(recoveries).toMatchObject([{ actor: { kind: "system" } }]);
      // It needs this machine, and any engine of it may take it.
      await json(["resume", runId, "--detach"]);
      await other.printed(`"runId":"${runId}","status":"running"`);
      const [again] = await json(["show", runId]);
      const [first, middle] = objectsOf(again, "nodes");
      expect(objectsOf(first, "attempts")).toHaveLength(1);
      expect(objectsOf(middle, "attempts")).toMatchObject([{ status: "failed" }, { number: 2 }]);
    });
  });

  describe("bad input", () => {
    test("an address that is none, a server that is not there and a wrong password are said, without the password", async () => {
      const wrong = new URL(database);
      wrong.password = "s3cret";
      const away = "postgresql://ada:s3cret@127.0.0.1:1/team";
      for (const address of ["mysql://ada:s3cret@host/x", away, wrong.toString()]) {
        const { code, stderr } = await handshake.run(["runs", "--database", address]);
        expect(code).toBe(4);
        expect(stderr).not.toContain("s3cret");
        expect(stderr.trim().split("\n")).toHaveLength(1);
      }
    });

    test("a worker and --detach need a shared database", async () => {
      mkdirSync(handshake.data, { recursive: true });
      const file = quickWorkflow(handshake.folder);
      for (const args of [["worker"], ["run", file, "--detach"]]) {
        const { code, stderr } = await handshake.run(args);
        expect([code, stderr]).toEqual([2, expect.stringContaining("--database postgresql://")]);
      }
    });
  });
});
