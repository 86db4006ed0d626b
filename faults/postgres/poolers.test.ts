import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { OutsideCommit } from "../../app/engine/engine.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import {
  onPostgres,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { keepLease } from "../../src-main/storage/postgres/postgres-lease.ts";
import { openPostgresReader } from "../../src-main/storage/postgres/postgres-reader.ts";
import { openPostgresStorage } from "../../src-main/storage/postgres/postgres-storage.ts";
import { plannedRuns } from "../kill-loop/workload.ts";
import { checkRuns } from "./check-runs.ts";
import { findPgBouncer, startPgBouncer } from "./pgbouncer.ts";
import { startPoolerProxy, type PoolerProxy } from "./pooler-proxy.ts";
import { openSharedEngine, type SharedEngine } from "./shared-engine.ts";

// On a busy machine each waits for the server's disk and processor.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const appVersion = "faults";
const patient = { timeout: 30_000 };
const keepsNoSession = {
  code: "DENIED",
  message: expect.stringContaining("Set pool_mode = session") as unknown,
};

await onPostgres((server) => {
  describe("before the server lies what ignores our settings", () => {
    test("every session is set right all the same: our schema, durable, with the limits of a writer", async () => {
      const url = await misledRole(server);
      const proxy = await openProxy(url);
      await expectAllRight(server, proxy.url);
    });

    test("a reader sees our schema, and a lease is renewed", async () => {
      const url = await misledRole(server);
      const shared = await open(url);
      const [runId = ""] = await play(shared);
      const proxy = await openProxy(url);
      const reader = await openPostgresReader({ url: proxy.url });
      onTestFinished(() => reader.close());
      expect((await reader.getRun(runId))?.status).toBe("completed");
      await leaseIsRenewed(proxy.url, shared);
    });
  });

  describe("a pooler that keeps a session for each connection", () => {
    test("an engine works through it, and hears of the commits of others", async () => {
      const proxy = await openProxy(server.freshUrl());
      proxy.namesOwnPids = true;
      await expectAllRight(server, proxy.url);
      await othersAreHeard(proxy.url);
    });

    test("turns to transaction mode: work pauses, and goes on when it is set right again", async () => {
      const proxy = await openProxy(server.freshUrl());
      proxy.namesOwnPids = true;
      const shared = await open(proxy.url);
      const runs = await submitAll(shared, { pauseMs: 250 });
      proxy.losesNotices = true;
      proxy.cutAll();
      await expect
        .poll(() => shared.storage.getRun(runs[0] ?? "").then(() => null, storageErrorOf), patient)
        .toMatchObject({ ...keepsNoSession, code: "BUSY" });
      expect(shared.notices).not.toContain("STORAGE_OK");
      proxy.losesNotices = false;
      await ended(shared, runs);
      expect(await checkRuns(shared, runs)).toEqual([]);
      expect(shared.notices).toContain("STORAGE_OK");
    });
  });

  test("a pooler that keeps none is refused at the start, and nothing is made", async () => {
    const url = server.freshUrl();
    const proxy = await openProxy(url);
    proxy.namesOwnPids = true;
    proxy.losesNotices = true;
    await expectRefused(server, proxy.url, keepsNoSession);
  });

  describe("PgBouncer", () => {
    const program = findPgBouncer();
    if (program === null) {
      test("is installed", (context) =>
        context.skip("PgBouncer is not installed: 6 tests of poolers did not run"));
      return;
    }

    async function bounce(settings: Readonly<Record<string, string>>, url = server.freshUrl()) {
      const bouncer = await startPgBouncer(program ?? "", url, settings);
      onTestFinished(() => bouncer.stop());
      return bouncer.url;
    }

    test("in session mode, told to ignore `options`: everything works", async () => {
      const url = await bounce({
        pool_mode: "session",
        ignore_startup_parameters: "options",
        default_pool_size: "30",
      });
      await expectAllRight(server, url);
      await othersAreHeard(url);
      const shared = await open(url);
      await leaseIsRenewed(url, shared);
    });

    test("in session mode without it: refused, with what to set", async () => {
      await expectRefused(server, await bounce({ pool_mode: "session" }), {
        code: "DENIED",
        message: expect.stringContaining("ignore_startup_parameters = options") as unknown,
      });
    });

    test.for(["transaction", "statement"])(
      "in %s mode: refused, and nothing is made",
      async (mode) => {
        const url = await bounce({ pool_mode: mode, ignore_startup_parameters: "options" });
        await expectRefused(server, url, keepsNoSession);
      },
    );

    test("in session mode with too few connections to the server: it says so", async () => {
      const url = await bounce({
        pool_mode: "session",
        ignore_startup_parameters: "options",
        default_pool_size: "1",
      });
      await expect(
        openPostgresStorage({ url, appVersion, timeoutMs: 1_500 }),
      ).rejects.toMatchObject({
        code: "IO",
        message: expect.stringContaining("default_pool_size has to hold 10") as unknown,
      });
    });

    test("in session mode, but a session goes from hand to hand as it was left: refused", async () => {
      const url = await bounce({
        pool_mode: "session",
        ignore_startup_parameters: "options",
        server_reset_query: "",
      });
      await (await openPostgresStorage({ url, appVersion })).close();
      await expect(openPostgresStorage({ url, appVersion })).rejects.toMatchObject({
        code: "IO",
        message: expect.stringContaining("server_reset_query = DISCARD ALL") as unknown,
      });
    });
  });
});

async function openProxy(url: string): Promise<PoolerProxy> {
  const proxy = await startPoolerProxy(url);
  onTestFinished(() => proxy.close());
  return proxy;
}

async function open(url: string): Promise<SharedEngine> {
  const shared = await openSharedEngine({ url });
  onTestFinished(() => shared.close());
  return shared;
}

function storageErrorOf(error: unknown): unknown {
  if (error instanceof StorageError) return error;
  throw error;
}

/** Each round is seven runs of its own. */
function submitAll(
  shared: SharedEngine,
  { round = 1, pauseMs = 20 } = {},
): Promise<readonly string[]> {
  return Promise.all(plannedRuns({ round, pauseMs }).map((run) => shared.submit(run)));
}

async function ended(shared: SharedEngine, runIds: readonly string[]): Promise<void> {
  for (const runId of runIds) await shared.engine.waitForRun(runId);
}

async function play(shared: SharedEngine, round = 1): Promise<readonly string[]> {
  const runs = await submitAll(shared, { round });
  await ended(shared, runs);
  return runs;
}

/** Whose sessions are in another schema and not durable when nobody says otherwise. */
async function misledRole(server: TestServer): Promise<string> {
  const url = server.freshUrl();
  roles += 1;
  const name = `misled_${process.pid}_${roles}`;
  await server.raw(
    url,
    `create role ${name} login password 'misled';
     create schema ${name} authorization ${name};
     alter role ${name} set search_path = ${name};
     alter role ${name} set synchronous_commit = off;
     do $$ begin execute format('grant create on database %I to ${name}', current_database()); end $$`,
  );
  onTestFinished(async () => {
    await server.raw(url, `drop owned by ${name} cascade; drop role ${name}`);
  });
  const address = new URL(url);
  address.username = name;
  address.password = "misled";
  return address.toString();
}

let roles = 0;

/** Runs are played, and each batch tells in which session it was written. */
async function expectAllRight(server: TestServer, url: string): Promise<void> {
  await (await openPostgresStorage({ url, appVersion })).close();
  await server.raw(
    url,
    `create table session_seen (path text, durable text, patience text);
     grant insert on session_seen to public;
     create function see_session() returns trigger language plpgsql as $$
     begin
       insert into session_seen values (current_setting('search_path'),
         current_setting('synchronous_commit'), current_setting('lock_timeout'));
       return null;
     end $$;
     create trigger see_session before insert on run_event for each statement execute function see_session()`,
  );
  const shared = await openSharedEngine({ url });
  try {
    expect(await checkRuns(shared, await play(shared))).toEqual([]);
    expect(shared.notices).toEqual([]);
  } finally {
    await shared.close();
  }
  expect(
    await server.raw(url, "select distinct path, durable, patience from session_seen"),
  ).toEqual([{ path: new URL(url).searchParams.get("schema"), durable: "on", patience: "10s" }]);
}

async function leaseIsRenewed(url: string, { engine }: SharedEngine): Promise<void> {
  const renewed = Promise.withResolvers<void>();
  const timing = { renewEveryMs: 50, lostAfterMs: 30_000 };
  const lease = keepLease(
    { url, fence: engine.fence, timing, onRenewed: renewed.resolve },
    renewed.reject,
  );
  await renewed.promise;
  await lease.close();
}

async function othersAreHeard(url: string): Promise<void> {
  const listener = await openPostgresStorage({ url, appVersion });
  const heard: OutsideCommit[] = [];
  const watch = listener.shared.watchCommits((commits) => heard.push(...commits));
  const shared = await openSharedEngine({ url });
  const runs = await play(shared, 2);
  await expect
    .poll(() => runs.filter((runId) => !heard.some((commit) => commit.runId === runId)), patient)
    .toEqual([]);
  await watch.close();
  await listener.close();
  await shared.close();
}

async function expectRefused(server: TestServer, url: string, refusal: object): Promise<void> {
  await expect(openPostgresStorage({ url, appVersion })).rejects.toMatchObject(refusal);
  const schema = new URL(url).searchParams.get("schema");
  const made = await server.raw(
    url,
    "select 1 from pg_namespace n where n.nspname = $1 or exists (select from pg_class where relnamespace = n.oid and relname = 'workflow_run' and n.nspname = 'public')",
    [schema],
  );
  expect(made).toEqual([]);
}
