import { expect, onTestFinished, test, vi } from "vitest";
import {
  onPostgres,
  type TestServer,
} from "../../src-main/storage/postgres/postgres-fixture.conformance.ts";
import { plannedRuns } from "../kill-loop/workload.ts";
import { openSharedEngine, type SharedEngine, type SharedEngineOptions } from "./shared-engine.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

await onPostgres((server) => {
  test("[R4] [ST-07] an engine whose batches overlap all the time is fenced all the same, and writes nothing after it", async () => {
    const url = server.freshUrl();
    const owner = await open({ url });
    const other = await open({ url, engine: { onlyRuns: new Set() } });
    await makeSlow(server, url);
    const load = keepBusy(owner);
    await load.isBusy;
    await server.raw(
      url,
      `create or replace function server_started_at() returns timestamptz language sql as $$ select '-infinity'::timestamptz $$;
       update engine_lease set expires_at = clock_timestamp() - interval '1 s' where epoch = ${owner.engine.fence.epoch}`,
    );

    const before = await eventsOf(server, url, owner);
    const began = performance.now();
    const { stalled } = await other.recoverExpired();
    const tookMs = performance.now() - began;
    const after = await eventsOf(server, url, owner);
    console.log(`fenced after ${tookMs.toFixed()} ms, in which it wrote ${after - before} events`);
    expect(stalled.length).toBeGreaterThan(0);

    await owner.noticed("FENCED");
    await load.end();
    await expect(owner.submit(oneRun("late"))).rejects.toThrow("Another copy took over.");
    expect(await eventsOf(server, url, owner)).toBe(after);
    for (const { runId } of stalled)
      expect((await other.storage.getRun(runId))?.status).toBe("stalled");
  });
});

async function open(options: SharedEngineOptions): Promise<SharedEngine> {
  const shared = await openSharedEngine(options);
  // One that was taken over has nothing to end cleanly.
  onTestFinished(() => shared.close().catch(() => undefined));
  return shared;
}

function oneRun(requestKey: string) {
  const [planned] = plannedRuns({ round: 1, pauseMs: 1 });
  if (planned === undefined) throw new Error("there are seven of them");
  return { ...planned, requestKey };
}

/** Each batch takes longer than the next one to be prepared: there is hardly a moment without one. */
async function makeSlow(server: TestServer, url: string): Promise<void> {
  await server.raw(
    url,
    `create function be_slow() returns trigger language plpgsql as $$
     begin perform pg_sleep(0.05); return null; end $$;
     create trigger be_slow before insert on run_event for each statement execute function be_slow()`,
  );
}

/** Forty runs at any time, until the engine takes no more. */
function keepBusy(shared: SharedEngine) {
  const busy = Promise.withResolvers<void>();
  let ended = 0;
  const worker = async (name: number): Promise<void> => {
    for (let number = 1; ; number += 1) {
      const runId = await shared.submit(oneRun(`${name}-${number}`));
      await shared.engine.waitForRun(runId);
      if ((ended += 1) === 80) busy.resolve();
    }
  };
  const workers = Promise.allSettled(Array.from({ length: 40 }, (_, name) => worker(name)));
  return { isBusy: busy.promise, end: () => workers };
}

async function eventsOf(
  server: TestServer,
  url: string,
  { engine }: SharedEngine,
): Promise<number> {
  const [row] = await server.raw<{ events: number }>(
    url,
    "select count(*)::int4 as events from run_event where epoch = $1",
    [engine.fence.epoch],
  );
  return row?.events ?? 0;
}
