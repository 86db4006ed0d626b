import { expect, onTestFinished, test, vi } from "vitest";
import {
  onPostgres,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { plannedRuns } from "../kill-loop/workload.ts";
import { openSharedEngine, type SharedEngine, type SharedEngineOptions } from "./shared-engine.ts";

vi.setConfig({ testTimeout: 120_000 });

const never = 3_600_000;

await onPostgres((server) => {
  // Its lease runs out while it lives: no thread renews it, no thread and no beat tells it so, and what it writes is
  // new, so that no compare-and-set misses. There is only the fence.
  test("[R4] [ST-07] an engine that was taken over and does not know begins a run: nothing is written, and it stops", async () => {
    const url = server.freshUrl();
    const silent = await open({ url, engine: { heartbeatIntervalMs: never } });
    const other = await open({ url, engine: { onlyRuns: new Set() } });
    const [first] = plannedRuns({ round: 1, pauseMs: 1 });
    if (first === undefined) throw new Error("there are seven of them");
    await silent.engine.waitForRun(await silent.submit(first));
    await server.raw(
      url,
      `create or replace function server_started_at() returns timestamptz language sql as $$ select '-infinity'::timestamptz $$;
       update engine_lease set expires_at = clock_timestamp() - interval '1 s' where epoch = ${silent.engine.fence.epoch}`,
    );
    expect((await other.recoverExpired()).stalled).toEqual([]);
    expect(silent.notices).toEqual([]);

    const before = await everythingIn(server, url);
    const late = { ...first, requestKey: "late" };
    await expect(silent.submit(late)).rejects.toMatchObject({ code: "FENCED" });
    await silent.noticed("FENCED");
    await expect(silent.submit(late)).rejects.toThrow("Another copy took over.");
    expect(await everythingIn(server, url)).toEqual(before);
  });
});

async function open(options: SharedEngineOptions): Promise<SharedEngine> {
  const shared = await openSharedEngine(options);
  // One that was taken over has nothing to end cleanly.
  onTestFinished(() => shared.close().catch(() => undefined));
  return shared;
}

/** The rows of every table that an engine writes for its runs. */
async function everythingIn(server: TestServer, url: string): Promise<object> {
  const tables = ["workflow_run", "job", "run_event", "node_execution", "run_payload", "run_count"];
  const rows: Record<string, unknown> = {};
  for (const table of tables)
    rows[table] = await server.raw(url, `select * from ${table} t order by t::text`);
  return rows;
}
