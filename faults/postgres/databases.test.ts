import { Client } from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EngineError } from "../../app/engine/engine-error.ts";
import {
  onPostgres,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { plannedRuns } from "../kill-loop/workload.ts";
import { checkRuns } from "./check-runs.ts";
import { openSharedEngine, type SharedEngine, type SharedEngineOptions } from "./shared-engine.ts";

const hourMs = 3_600_000;
const human = { kind: "human", via: "faults" } as const;

// On a busy machine each waits for the server's disk and processor.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

await onPostgres((server) => {
  describe("clocks that disagree by hours", () => {
    test("an engine whose clock is ahead leaves the runs of a living one alone", async () => {
      const { behind, ahead } = await openSkewed(server);
      const runs = await submitAll(behind, 1);
      const found = await ahead.recoverExpired();
      expect([...found.stalled, ...found.poisoned, ...found.ended]).toEqual([]);
      for (const runId of runs) await behind.engine.waitForRun(runId);
      expect(await checkRuns(behind, runs)).toEqual([]);
    });

    test("when a lease ran out by the database's clock its engine is fenced, however late its own clock is", async () => {
      const { behind, ahead, url } = await openSkewed(server);
      const runs = await submitAll(behind, 1);
      await server.raw(
        url,
        `create or replace function server_started_at() returns timestamptz language sql as $$ select '-infinity'::timestamptz $$;
         update engine_lease set expires_at = clock_timestamp() - interval '1 s' where epoch = ${behind.engine.fence.epoch}`,
      );
      await ahead.recoverExpired();
      await behind.noticed("FENCED");
      const after = await eventsOf(ahead, runs);
      await expect(behind.engine.cancelRun({ runId: runs[0] ?? "", actor: human })).rejects.toThrow(
        "Another copy took over.",
      );
      expect(await eventsOf(ahead, runs)).toEqual(after);
      for (const runId of runs)
        expect(["stalled", "completed"]).toContain((await ahead.storage.getRun(runId))?.status);
    });
  });

  describe("a failover that lost the data", () => {
    test("to an empty database: refused, and nothing is made there", async () => {
      const data = await openOwnDatabase(server);
      const shared = await open({ url: data.url });
      await submitAll(shared, 1);
      await data.replaceBy("empty");
      expect(await refusalOf(shared, submitAll(shared, 2))).toMatchObject({
        code: "CORRUPT",
        message: expect.stringContaining("the database there is empty") as unknown,
      });
      const schemas = await data.ask(
        "select 1 as one from pg_namespace where nspname = 'handshake'",
      );
      expect(schemas).toEqual([]);
    });

    test("to an older copy of the same data: refused, and its history stays as it is", async () => {
      const data = await openOwnDatabase(server);
      const before = await openSharedEngine({ url: data.url });
      const [first = ""] = await submitAll(before, 1);
      await before.close();
      await data.keepCopy();
      const shared = await open({ url: data.url });
      const runs = await submitAll(shared, 2);
      await shared.engine.waitForRun(runs[0] ?? "");
      await data.replaceBy("copy");
      const count = "select count(*)::int4 as events from handshake.run_event";
      const events = await data.ask(count);
      const cancelled = shared.engine.cancelRun({ runId: first, actor: human });
      expect(await refusalOf(shared, cancelled)).toMatchObject({
        code: "CORRUPT",
        message: expect.stringContaining("is older than what was saved here") as unknown,
      });
      expect(await data.ask(count)).toEqual(events);
    });
  });
});

async function open(options: SharedEngineOptions): Promise<SharedEngine> {
  const shared = await openSharedEngine(options);
  // Of data that is gone there is nothing to end cleanly.
  onTestFinished(() => shared.close().catch(() => undefined));
  return shared;
}

/** Why something was refused. An engine that found it out by its own work before that says why it stopped. */
async function refusalOf({ engine }: SharedEngine, asked: Promise<unknown>): Promise<unknown> {
  const refusal: unknown = await asked.then(
    () => "nothing was refused",
    (error: unknown) => error,
  );
  return refusal instanceof EngineError && refusal.code === "UNAVAILABLE" ? engine.broken : refusal;
}

async function openSkewed(server: TestServer) {
  const url = server.freshUrl();
  const behind = await open({ url, clockOffMs: -5 * hourMs });
  const ahead = await open({ url, clockOffMs: 5 * hourMs, engine: { onlyRuns: new Set() } });
  return { url, behind, ahead };
}

function submitAll(shared: SharedEngine, round: number): Promise<readonly string[]> {
  return Promise.all(plannedRuns({ round, pauseMs: 30 }).map((run) => shared.submit(run)));
}

async function eventsOf({ storage }: SharedEngine, runIds: readonly string[]) {
  return Promise.all(
    runIds.map((runId) => storage.listRunEvents(runId, { after: 0, limit: 10_000 })),
  );
}

/** A database of our own, which can be replaced by another one under the same name. */
async function openOwnDatabase(server: TestServer) {
  const base = new URL(server.freshUrl());
  base.searchParams.delete("schema");
  const admin = new Client({ connectionString: base.toString() });
  await admin.connect();
  databases += 1;
  const name = `faults_${process.pid}_${databases}`;
  const copy = `${name}_copy`;
  await admin.query(`create database ${name}`);
  onTestFinished(async () => {
    for (const each of [name, copy, `${name}_lost`])
      await admin.query(`drop database if exists ${each} with (force)`);
    await admin.end();
  });
  const address = new URL(base);
  address.pathname = `/${name}`;

  return {
    url: address.toString(),
    async keepCopy(): Promise<void> {
      await admin.query(`create database ${copy} template ${name}`);
    },
    async replaceBy(what: "empty" | "copy"): Promise<void> {
      await admin.query(`alter database ${name} allow_connections false`);
      await admin.query(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${name}'`,
      );
      await admin.query(`alter database ${name} rename to ${name}_lost`);
      await admin.query(
        what === "empty" ? `create database ${name}` : `alter database ${copy} rename to ${name}`,
      );
    },
    async ask(sql: string): Promise<readonly unknown[]> {
      const client = new Client({ connectionString: address.toString() });
      await client.connect();
      const { rows } = await client.query<object>(sql);
      await client.end();
      return rows;
    },
  };
}

let databases = 0;
