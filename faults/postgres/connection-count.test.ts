import { expect, onTestFinished, test, vi } from "vitest";
import {
  onPostgres,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { plannedRuns } from "../kill-loop/workload.ts";
import { checkRuns } from "./check-runs.ts";
import { openSharedEngine } from "./shared-engine.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** 4 that write, 4 that read, one for the lease, one that listens: docs/postgres.md says so twice. */
const mostConnections = 10;
const patient = { timeout: 20_000 };

await onPostgres((server) => {
  test("an engine that is busy in every way has the connections that the docs name, and needs no more", async () => {
    const { url, connections } = await countedRole(server);
    const shared = await openSharedEngine({ url });
    const { engine, storage } = shared;
    const { fence } = engine;
    const lease = storage.shared.keepLease(fence, () => undefined);
    const watch = storage.shared.watchCommits(() => undefined);
    onTestFinished(async () => {
      await watch.close();
      await lease.close();
      await shared.close();
    });

    // Both come from elsewhere, and are not waited for by work.
    await expect.poll(() => connections("update engine_lease%"), patient).toBe(1);
    await expect.poll(() => connections("listen %"), patient).toBe(1);
    const planned = [1, 2, 3].flatMap((round) => plannedRuns({ round, pauseMs: 20 }));
    const runs = await Promise.all(planned.map((run) => shared.submit(run)));
    const reads = Array.from({ length: 100 }, () => storage.listRuns({ limit: 10 }));
    const writes = Array.from({ length: 100 }, () => storage.appendLogs([]));
    await Promise.all([...reads, ...writes, ...runs.map((runId) => engine.waitForRun(runId))]);
    // What was opened stays for a minute.
    expect(await connections("%")).toBe(mostConnections);
    expect(await checkRuns(shared, runs)).toEqual([]);
    expect(shared.notices).toEqual([]);
    expect(await connections("%")).toBe(mostConnections);
  });
});

/** Its connections are those of the engine. */
async function countedRole(server: TestServer) {
  const url = server.freshUrl();
  const name = `counted_${process.pid}`;
  await server.raw(
    url,
    `create role ${name} login password 'counted';
     do $$ begin execute format('grant create on database %I to ${name}', current_database()); end $$`,
  );
  const address = new URL(url);
  address.username = name;
  address.password = "counted";
  return {
    url: address.toString(),
    /** How many have last asked something that begins so. */
    connections: async (query: string): Promise<number> => {
      const found = await server.raw(
        url,
        "select 1 from pg_stat_activity where usename = $1 and query ilike $2",
        [name, query],
      );
      return found.length;
    },
  };
}
