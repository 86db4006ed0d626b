import { Client } from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { StorageError } from "../../app/storage/storage-error.ts";
import {
  onPostgres,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { keepLease } from "../../src-main/storage/postgres/postgres-lease.ts";
import { openPostgresStorage } from "../../src-main/storage/postgres/postgres-storage.ts";
import { plannedRuns } from "../kill-loop/workload.ts";
import { checkRuns } from "./check-runs.ts";
import { openSharedEngine, type SharedEngine, type SharedEngineOptions } from "./shared-engine.ts";
import { startTcpProxy, type CutMoment, type TcpProxy } from "./tcp-proxy.ts";

// On a busy machine each waits for the server's disk and processor.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

await onPostgres((server) => {
  describe("a connection that fails", () => {
    test.for<CutMoment>(["before", "after"])(
      "[ST-06] cut %s the server has committed: the batch is sent again, and nothing is doubled",
      async (when) => {
        const { proxy, shared } = await openBehindProxy(server);
        const runs = await submitAll(shared, 1);
        for (let cut = 1; cut <= 6; cut += 1) await proxy.cutAtCommit(when);
        expect(await checkRuns(shared, await ended(shared, runs))).toEqual([]);
        expect(shared.notices.slice(0, 2)).toEqual(["STORAGE_IO", "STORAGE_OK"]);
      },
    );

    test("a connection that never answers is given up: work pauses, and goes on", async () => {
      const { proxy, shared } = await openBehindProxy(server, shortPatience);
      const runs = await submitAll(shared, 1);
      proxy.isBlackHole = true;
      await shared.noticed("STORAGE_IO");
      proxy.isBlackHole = false;
      expect(await checkRuns(shared, await ended(shared, runs))).toEqual([]);
      expect(shared.notices).toContain("STORAGE_OK");
    });

    test("a server that is slow to answer slows work down, and no step fails", async () => {
      const { proxy, shared } = await openBehindProxy(server);
      proxy.delayMs = 5;
      expect(await checkRuns(shared, await start(shared, 1))).toEqual([]);
      expect(shared.notices).toEqual([]);
    });

    test("an answer that comes later than the limit is an unknown outcome, and is resolved", async () => {
      const { proxy, shared } = await openBehindProxy(server, shortPatience);
      const runs = await submitAll(shared, 1);
      // What was on its way arrives at the server all the same, after the engine gave it up.
      proxy.delayMs = shortPatience.storage.timeoutMs * 1.2;
      await shared.noticed("STORAGE_IO");
      proxy.delayMs = 0;
      expect(await checkRuns(shared, await ended(shared, runs))).toEqual([]);
    });

    test("a lease holds over a slow connection, and is lost by the engine's own clock over a dead one", async () => {
      const { proxy, shared } = await openBehindProxy(server);
      const lost = Promise.withResolvers<Error>();
      const renewed = Promise.withResolvers<void>();
      proxy.delayMs = 20;
      const timing = { renewEveryMs: 20, lostAfterMs: 8_000 };
      let renewals = 0;
      const lease = keepLease(
        {
          url: proxy.url,
          fence: shared.engine.fence,
          timing,
          onRenewed: () => (renewals += 1) === 5 && renewed.resolve(),
        },
        lost.resolve,
      );
      await renewed.promise;
      proxy.isBlackHole = true;
      expect(await lost.promise).toMatchObject({ code: "FENCED" });
      proxy.isBlackHole = false;
      proxy.cutAll();
      await lease.close();
    });
  });

  describe("a server that refuses", () => {
    test("no connection is left: work pauses, and goes on when there is one", async () => {
      const role = await limitedRole(server);
      const shared = await open({ url: role.url });
      // They outlive the way to the server and back, also on a busy machine.
      const runs = await submitAll(shared, 1, { pauseMs: 250 });
      await role.allowConnections(0);
      // A connection that is ended is IO; one that is refused, before that or after it, is BUSY.
      await Promise.race([shared.noticed("STORAGE_IO"), shared.noticed("STORAGE_BUSY")]);
      // What its pool still held ends with another error.
      const asked = () => shared.storage.getRun(runs[0] ?? "").then(() => null, storageErrorOf);
      await expect.poll(asked, patient).toMatchObject({ code: "BUSY" });
      await role.allowConnections(8);
      expect(await checkRuns(shared, await ended(shared, runs))).toEqual([]);
      expect(shared.notices).toContain("STORAGE_OK");
    });

    test("more is asked at once than the pool has connections: everybody is answered", async () => {
      const pool = { maxReaders: 1, maxWriters: 1 };
      const shared = await open({ url: server.freshUrl(), storage: pool });
      const runs = await start(shared, 1);
      const reads = Array.from({ length: 300 }, () => shared.storage.getRun(runs[0] ?? ""));
      const writes = start(shared, 2);
      expect((await Promise.all(reads)).every((run) => run?.status === "completed")).toBe(true);
      expect(await checkRuns(shared, await writes)).toEqual([]);
      expect(shared.notices).toEqual([]);
    });

    test("40001 is tried again unnoticed; where it stays, work pauses and goes on", async () => {
      const url = server.freshUrl();
      const shared = await open({ url });
      await refuse(server, url, { everyOf: 9, times: 1 });
      expect(await checkRuns(shared, await start(shared, 1))).toEqual([]);
      expect(shared.notices).toEqual([]);
      await refuse(server, url, { everyOf: 20, times: 12 });
      expect(await checkRuns(shared, await start(shared, 2))).toEqual([]);
      expect(shared.notices).toContain("STORAGE_BUSY");
      expect(shared.notices).toContain("STORAGE_OK");
    });

    test("40P01: of two that wait for each other the engine gives way, and tries again", async () => {
      const url = server.freshUrl();
      const shared = await open({ url });
      const seen = await provokeDeadlock(server, url, shared);
      expect(seen.victim).toBe("the engine");
      expect(await checkRuns(shared, seen.runIds)).toEqual([]);
    });
  });
});

function storageErrorOf(error: unknown): unknown {
  if (error instanceof StorageError) return error;
  throw error;
}

/** Longer than a busy machine takes for an answer, or the way to the server would already be given up. */
const shortPatience = { storage: { timeoutMs: 4_000 } };
const patient = { timeout: 30_000 };

async function open(options: SharedEngineOptions): Promise<SharedEngine> {
  const shared = await openSharedEngine(options);
  onTestFinished(() => shared.close());
  return shared;
}

async function openBehindProxy(
  server: TestServer,
  options: Partial<SharedEngineOptions> = {},
): Promise<{ readonly proxy: TcpProxy; readonly shared: SharedEngine }> {
  const url = server.freshUrl();
  // Making the tables may take longer than the connections of a test are waited for.
  await (await openPostgresStorage({ url, appVersion: "faults" })).close();
  const proxy = await startTcpProxy(url);
  onTestFinished(() => proxy.close());
  return { proxy, shared: await open({ ...options, url: proxy.url }) };
}

/** Seven runs side by side; their ids, when all have ended. */
async function start(shared: SharedEngine, round: number): Promise<readonly string[]> {
  return ended(shared, await submitAll(shared, round));
}

/** The engine works on them when it answers; they take long enough for something to happen to them. */
function submitAll(
  shared: SharedEngine,
  round: number,
  { pauseMs = 20 } = {},
): Promise<readonly string[]> {
  return Promise.all(plannedRuns({ round, pauseMs }).map((run) => shared.submit(run)));
}

async function ended(shared: SharedEngine, runIds: readonly string[]): Promise<readonly string[]> {
  for (const runId of runIds) await shared.engine.waitForRun(runId);
  return runIds;
}

/** A role as an administrator makes it for the app; a superuser would be let in at any time. */
async function limitedRole(server: TestServer) {
  const url = server.freshUrl();
  const name = `limited_${process.pid}`;
  await server.raw(
    url,
    `create role ${name} login password 'limited';
     do $$ begin execute format('grant create on database %I to ${name}', current_database()); end $$`,
  );
  const address = new URL(url);
  address.username = name;
  address.password = "limited";
  return {
    url: address.toString(),
    /** How many it may have; those that it has are ended. */
    async allowConnections(most: number): Promise<void> {
      await server.raw(url, `alter role ${name} connection limit ${most}`);
      await server.raw(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${name}'`,
      );
    },
  };
}

/** Of each `everyOf` batches the server refuses the first `times`. A sequence counts over rollbacks. */
async function refuse(
  server: TestServer,
  url: string,
  { everyOf, times }: { readonly everyOf: number; readonly times: number },
): Promise<void> {
  await server.raw(
    url,
    `create sequence if not exists refusals;
     create or replace function refuse() returns trigger language plpgsql as $$
     begin
       if nextval('refusals') % ${everyOf} < ${times} then
         raise exception 'could not serialize access' using errcode = '40001';
       end if;
       return null;
     end $$;
     create or replace trigger refuse before insert on run_event for each statement execute function refuse()`,
  );
}

/** Somebody holds the second row and wants the first, while the engine has the first and wants the second. */
async function provokeDeadlock(server: TestServer, url: string, shared: SharedEngine) {
  const address = new URL(url);
  const schema = address.searchParams.get("schema") ?? "";
  address.searchParams.delete("schema");
  const other = new Client({
    connectionString: address.toString(),
    // Whoever looks first is the victim.
    options: `-c search_path=${schema} -c deadlock_timeout=60s`,
  });
  await other.connect();
  onTestFinished(() => other.end());
  const runs = await start(shared, 1);
  const [first = "", second = ""] = runs.toSorted();
  const lock = "select run_id from workflow_run where run_id = $1 for update";
  await other.query("begin");
  await other.query(lock, [second]);
  const actor = { kind: "human", via: "faults" } as const;
  const annotate = (runId: string) => shared.engine.annotateRun({ runId, actor, tags: ["both"] });
  const changed = Promise.all([annotate(first), annotate(second)]);
  await untilSomebodyWaits(server, url);
  const victim = await other.query(lock, [first]).then(
    () => "the engine",
    () => "the other",
  );
  await other.query("commit");
  await changed;
  return { victim, runIds: runs };
}

async function untilSomebodyWaits(server: TestServer, url: string): Promise<void> {
  for (;;) {
    const waiting = await server.raw(
      url,
      "select 1 as one from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'handshake'",
    );
    if (waiting.length > 0) return;
  }
}
