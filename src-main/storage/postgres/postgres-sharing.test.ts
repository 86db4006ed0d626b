import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import type { OutsideCommit } from "../../../app/engine/engine.ts";
import { human } from "../../../app/storage/test-changes.conformance.ts";
import { onPostgres, openTestStorage, type TestServer } from "./postgres-fixture.conformance.ts";
import { keepLease } from "./postgres-lease.ts";
import { openPostgresStorage, type PostgresStorage } from "./postgres-storage.ts";

await onPostgres((server) => {
  test("[ST-07] several engines write side by side, each its own runs, and neither is fenced", async () => {
    const { world, second } = await openTwo(server);
    const [mine, theirs] = [await world.workingRun(), await second.workingRun()];
    await world.apply(mine, world.completeNodeChange(mine, 1));
    await second.apply(theirs, second.completeNodeChange(theirs, 1));
    expect((await world.recover()).stalled).toEqual([]);
    expect((await second.recover()).stalled).toEqual([]);
    await world.expectSound();
  });

  test("[ST-43] of two commits of one engine neither waits for the other, and a fence ends both", async () => {
    const { world, second, url } = await openTwo(server);
    const [held, free] = [await world.workingRun(), await world.workingRun()];
    const complete = (runId: string) =>
      world.storage.commit([world.group(runId, [world.completeNodeChange(runId, 1)])], world.fence);
    await server.raw(url, `begin; select 1 from workflow_run where run_id = '${held}' for update`);
    const waiting = complete(held);
    expect((await complete(free)).map(({ ok }) => ok)).toEqual([true]);
    await server.raw(url, "commit");
    expect((await waiting).map(({ ok }) => ok)).toEqual([true]);

    const more = [await world.workingRun(), await world.workingRun()];
    await recoverExpired(second, [world.fence.instanceId]);
    const ended = await Promise.allSettled(more.map(complete));
    expect(ended).toMatchObject([{ reason: { code: "FENCED" } }, { reason: { code: "FENCED" } }]);
    await second.expectSound();
  });

  test("[ST-07] an engine whose lease ran out is fenced by the next one that recovers, and its runs are stalled", async () => {
    const { world, second, url } = await openTwo(server);
    const runId = await world.workingRun();
    const alive = await second.workingRun();
    await runOut(server, url, world);
    const before = await world.snapshot(runId);
    const report = await recoverExpired(second);
    expect(report.stalled).toMatchObject([{ runId, reason: "crash" }]);
    const group = world.group(runId, [world.completeNodeChange(runId, 1)]);
    await expect(world.storage.commit([group], world.fence)).rejects.toMatchObject({
      code: "FENCED",
    });
    await expect(world.storage.heartbeatWorkflow(world.fence, world.now())).rejects.toMatchObject({
      code: "FENCED",
    });
    expect(await second.requireRun(runId)).toMatchObject({ status: "stalled" });
    expect(await world.snapshot(runId)).not.toEqual(before);
    expect(await second.requireRun(alive)).toMatchObject({ status: "running" });
    expect((await recoverExpired(second)).stalled).toEqual([]);
    await second.expectSound();
  });

  test("[ST-07] an engine whose process is known to be gone is fenced before its lease runs out", async () => {
    const { world, second } = await openTwo(server);
    const runId = await world.workingRun();
    const report = await recoverExpired(second, [world.fence.instanceId]);
    expect(report.stalled).toMatchObject([{ runId }]);
  });

  test("[R5] [ST-41] while the server was down nobody could renew: nobody is fenced before a full term has passed", async () => {
    const { world, second, url } = await openTwo(server);
    await world.workingRun();
    await runOut(server, url, world);
    const started = (seconds: number) =>
      server.raw(
        url,
        `create or replace function server_started_at() returns timestamptz language sql as $$
          select clock_timestamp() - interval '${seconds} seconds' $$`,
      );
    await started(20);
    expect((await recoverExpired(second)).stalled).toEqual([]);
    await started(40);
    expect((await recoverExpired(second)).stalled).toHaveLength(1);
  });

  test("[R5] [ST-30] a clock that is wrong by hours stalls no run of a living engine, and hides none of a dead one", async () => {
    const { world, second, url } = await openTwo(server);
    const runId = await world.workingRun();
    const find = async (hoursOff: number) => {
      const now = new Date(Date.parse(world.now()) + hoursOff * 3_600_000).toISOString();
      return (await second.storage.findStalledWorkflows(30, now)).map((run) => run.runId);
    };
    expect([await find(-5), await find(0), await find(5)]).toEqual([[], [], []]);
    await server.raw(
      url,
      `create or replace function server_started_at() returns timestamptz language sql as $$
        select '-infinity'::timestamptz $$`,
    );
    await runOut(server, url, world);
    expect([await find(-5), await find(0), await find(5)]).toEqual([[runId], [runId], [runId]]);
  });

  test("[R5] [ST-41] an engine that was cut off itself takes over from nobody until a full term has passed", async () => {
    const { world, second, url } = await openTwo(server);
    await world.workingRun();
    await runOut(server, url, world);
    await runOut(server, url, second);
    await renewOnce(url, second);
    expect((await recoverExpired(second)).stalled).toEqual([]);
    await server.raw(
      url,
      "update engine_lease set takes_from = clock_timestamp() - interval '1 ms'",
    );
    expect((await recoverExpired(second)).stalled).toHaveLength(1);
  });

  test("[ST-07] an engine that is about to write is waited for: its batch is whole, and then its run is stalled", async () => {
    const { world, second, url } = await openTwo(server);
    const runs = [];
    for (let index = 0; index < 10; index += 1) runs.push(await world.workingRun());
    await runOut(server, url, world);
    const groups = runs.map((runId) => world.group(runId, [world.completeNodeChange(runId, 1)]));
    const [written, report] = await Promise.allSettled([
      world.storage.commit(groups, world.fence),
      recoverExpired(second),
    ]);
    expect(report.status).toBe("fulfilled");
    const statuses = new Set();
    for (const runId of runs) statuses.add(await second.nodeStatusOf(runId));
    // Either all of the batch came first, or none of it.
    expect([...statuses]).toEqual([written.status === "fulfilled" ? "completed" : "stalled"]);
    await second.expectSound();
  });

  test("[ST-07] a batch that is on its way holds its engine's row: a fence waits for it, and then finds what it wrote", async () => {
    const { world, second, url } = await openTwo(server);
    const runId = await world.createRun();
    const claim = world.group(runId, [world.claimChange()], await world.expectOf(runId));
    await server.raw(url, `begin; select 1 from workflow_run where run_id = '${runId}' for update`);
    const claimed = world.storage.commit([claim], world.fence);
    await untilWaitingFor(server, url, 1);
    let isRecovered = false;
    const recovery = recoverExpired(second, [world.fence.instanceId]).finally(() => {
      isRecovered = true;
    });
    // The fence waits for the batch, and the batch for whoever holds the run.
    await untilWaitingFor(server, url, 2, () => isRecovered);
    await server.raw(url, "commit");
    expect((await claimed).map(({ ok }) => ok)).toEqual([true]);
    expect((await recovery).stalled).toMatchObject([{ runId }]);
    await second.expectSound();
  });

  test("[ST-41] two engines are not offered the same queued runs, and none is left over", async () => {
    const { world, second } = await openTwo(server);
    const queued = [];
    for (let index = 0; index < 6; index += 1) queued.push(await world.createRun());
    const page = { now: world.now(), limit: 4 };
    const mine = await world.storage.listClaimableRuns(page);
    const theirs = await second.storage.listClaimableRuns(page);
    expect([...mine, ...theirs]).toEqual(queued);
    // What was offered is offered again to the same engine, as long as it has not claimed it.
    expect(await world.storage.listClaimableRuns(page)).toEqual(mine);
  });

  test("[ST-41] a run of another machine is offered to nobody here", async () => {
    const { world } = await openTwo(server);
    const elsewhere = await world.createRun({ trigger: { kind: "manual", machineId: "other" } });
    const here = await world.createRun({ trigger: { kind: "manual", machineId: "machine-1" } });
    const anywhere = await world.createRun();
    const page = { now: world.now(), limit: 10 };
    expect(await world.storage.listClaimableRuns(page)).toEqual([here, anywhere]);
    expect(await world.requireRun(elsewhere)).toMatchObject({ status: "queued" });
  });

  test("[ST-41] two engines that claim one run: one gets it, the other a conflict", async () => {
    const { world, second } = await openTwo(server);
    const runId = await world.createRun();
    const [mine, theirs] = await Promise.all([
      world.try(runId, [world.claimChange()]),
      second.try(runId, [second.claimChange()]),
    ]);
    expect([mine.ok, theirs.ok].filter(Boolean)).toHaveLength(1);
    await world.expectSound();
  });

  test("[ST-42] what one engine commits the other hears of, in order and merged, and not what it committed itself", async () => {
    const { world, shared, second, secondShared } = await openTwo(server);
    const own: OutsideCommit[] = [];
    const ownWatch = shared.watchCommits((commits) => own.push(...commits));
    const runId = await world.runningRun();
    const heard = Promise.withResolvers<OutsideCommit>();
    const watch = secondShared.watchCommits((commits) => {
      for (const commit of commits) if (commit.runId === runId) heard.resolve(commit);
    });
    // Whoever watches has to be connected first; what it hears is then of this change.
    const annotate = () =>
      world.apply(runId, { change: "runAnnotated", actor: human, tags: ["again"] });
    const { lastSeq } = await againUntil(heard.promise, annotate);
    expect(lastSeq).toBeGreaterThan(1);
    expect(await second.events(runId)).not.toEqual([]);
    expect(own).toEqual([]);
    await watch.close();
    await ownWatch.close();
  });

  test("[ST-42] while the connection that listens is cut, polling tells what others commit, also of a run that ended; then it listens again", async () => {
    const { world, secondShared, url } = await openTwo(server);
    const [ends, goesOn] = [await world.createRun(), await world.runningRun()];
    const heard = new Map<string, number>();
    const waiting = new Set<() => void>();
    const watch = secondShared.watchCommits((commits) => {
      for (const { runId, lastSeq } of commits) heard.set(runId, lastSeq);
      for (const look of waiting) look();
    });
    onTestFinished(() => watch.close());
    const hears = (runId: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!heard.delete(runId)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    /** Those of tests before this one may take a moment to go. */
    const theListener = async (pastPid = 0): Promise<number> => {
      const listeners = () =>
        server.raw<{ pid: number }>(
          url,
          `select pid from pg_stat_activity where query like 'listen handshake_%' and pid <> ${pastPid}`,
        );
      await expect.poll(listeners, { timeout: 20_000 }).toHaveLength(1);
      return (await listeners())[0]?.pid ?? 0;
    };
    const annotate = () =>
      world.apply(goesOn, { change: "runAnnotated", actor: human, tags: ["again"] });
    // It listens from the first moment on at which it hears.
    await againUntil(hears(goesOn), annotate);

    heard.clear();
    const listener = await theListener();
    await server.raw(url, "select pg_terminate_backend($1)", [listener]);
    // Nothing is committed later: who only listens again hears of neither.
    await world.apply(ends, {
      change: "runStatus",
      actor: human,
      from: "queued",
      to: "cancelled",
      reason: "user",
    });
    await hears(ends);

    await againUntil(hears(goesOn), annotate);
    expect(await theListener(listener)).not.toBe(0);
  });

  test("a lease is renewed by a thread of its own, and a fenced engine is told", async () => {
    const { world, second, url } = await openTwo(server);
    const lost = Promise.withResolvers<Error>();
    const timing = { renewEveryMs: 20, lostAfterMs: 20_000 };
    const renewals = Promise.withResolvers<void>();
    const lease = keepLease(
      { url, fence: world.fence, timing, onRenewed: () => renewals.resolve() },
      lost.resolve,
    );
    await renewals.promise;
    await recoverExpired(second, [world.fence.instanceId]);
    expect(await lost.promise).toMatchObject({ code: "FENCED" });
    await lease.close();
  });

  test("an engine that cannot renew for long gives up by its own clock, before anybody may take over", async () => {
    const { world, url } = await openTwo(server);
    const unreachable = new URL(url);
    unreachable.port = "1";
    const lost = Promise.withResolvers<Error>();
    const timing = { renewEveryMs: 20, lostAfterMs: 200 };
    const lease = keepLease(
      { url: unreachable.toString(), fence: world.fence, timing },
      lost.resolve,
    );
    const { message } = await lost.promise;
    expect(message).toContain("could not be renewed");
    await lease.close();
  });

  test("the shares of two engines never add up to more than a limit, and a dead engine's come back", async () => {
    const { world, shared, second, secondShared } = await openTwo(server);
    const limits = { runs: 10, "type:shell.exec": 1 };
    const shareOf =
      ({ limitShares }: PostgresStorage["shared"], { fence }: World) =>
      (used: Record<string, number>) =>
        limitShares.share({ fence, limits, used });
    const [first, other] = [shareOf(shared, world), shareOf(secondShared, second)];
    expect(await first({})).toEqual({ runs: 5, "type:shell.exec": 1 });
    expect(await other({ runs: 3 })).toEqual({ runs: 5, "type:shell.exec": 0 });
    await recoverExpired(second, [world.fence.instanceId]);
    expect(await other({ runs: 3 })).toEqual(limits);
  });
});

interface Two {
  readonly url: string;
  readonly world: World;
  readonly shared: PostgresStorage["shared"];
  readonly second: World;
  readonly secondShared: PostgresStorage["shared"];
}

/** Two engines, each with its own connections, on the same data. */
async function openTwo(server: TestServer): Promise<Two> {
  const underTest = await openTestStorage(server);
  const { url, storage } = underTest;
  const other = await openPostgresStorage({ url, appVersion: "0.1.0", maxReaders: 2 });
  onTestFinished(async () => {
    await other.close();
    await underTest.close();
  });
  const world = await World.open(underTest);
  const second = await World.open({
    storage: other,
    reopen: () => Promise.reject(new Error("the second engine stays")),
    close: () => other.close(),
  });
  return { url, world, shared: storage.shared, second, secondShared: other.shared };
}

/** Changes something again and again, one after the other, until it is heard. */
async function againUntil<T>(heard: Promise<T>, change: () => Promise<unknown>): Promise<T> {
  let isHeard = false;
  const noted = heard.finally(() => {
    isHeard = true;
  });
  while (!isHeard) {
    await change();
    await Promise.race([noted, pause(200)]);
  }
  return noted;
}

/** As an engine does every 5 s. */
function recoverExpired(world: World, deadInstances: readonly string[] = []) {
  return world.storage.recoverInterruptedRuns({
    fence: world.fence,
    at: world.now(),
    thresholdSecs: 30,
    bootId: world.bootId,
    scope: "expired",
    deadInstances,
  });
}

/** The lease of an engine that did not renew it for long. */
async function runOut(server: TestServer, url: string, { fence }: World): Promise<void> {
  await server.raw(
    url,
    "update engine_lease set expires_at = clock_timestamp() - interval '1 s' where epoch = $1",
    [fence.epoch],
  );
}

/** Renews once, as the lease's thread does. */
async function renewOnce(url: string, { fence }: World): Promise<void> {
  const renewed = Promise.withResolvers<void>();
  const timing = { renewEveryMs: 60_000, lostAfterMs: 60_000 };
  const lease = keepLease({ url, fence, timing, onRenewed: renewed.resolve }, renewed.reject);
  await renewed.promise;
  await lease.close();
}

/** Until so many connections wait for the one of `raw`, also for one that waits for it itself. */
async function untilWaitingFor(
  server: TestServer,
  url: string,
  count: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  for (let waiting = -1; waiting < count && !isOver();) {
    const rows = await server.raw<{ waiting: number }>(
      url,
      `with recursive behind (pid) as (
          select pg_backend_pid() union
          select a.pid from behind b, pg_stat_activity a where b.pid = any (pg_blocking_pids(a.pid)))
        select count(*) - 1 as waiting from behind, pg_stat_clear_snapshot()`,
    );
    waiting = Number(rows[0]?.waiting);
  }
}
