import { expect } from "vitest";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";

export function ownershipConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("stalled_workflows_are_detected_by_heartbeat", async (world) => {
    const runId = await world.workingRun();
    const waiting = await world.runIn("awaiting_user");
    const beat = world.advance(5_000);
    await world.storage.heartbeatWorkflow(world.fence, beat);
    const engine = world.fence;
    // A close and reopen without a clean end: nobody here knows whether that engine still lives.
    await world.restart();
    expect(world.fence.epoch).toBe(engine.epoch + 1);
    expect(
      (await world.storage.findStalledWorkflows(30, world.now())).map((run) => run.runId),
    ).toEqual([runId]);
    expect((await world.requireRun(runId)).heartbeatAt).toBe(beat);
    await world.recover();
    expect(await world.storage.findStalledWorkflows(30, world.advance(60_000))).toEqual([]);
    expect(await world.requireRun(runId)).toMatchObject({ status: "stalled" });
    expect(await world.requireRun(waiting)).toMatchObject({ status: "awaiting_user" });
  });

  test("[S6] [ST-30] without a newer engine it is the age of the beat that tells", async (world) => {
    const runId = await world.workingRun();
    const beat = world.advance(5_000);
    await world.storage.heartbeatWorkflow(world.fence, beat);
    // As a second process would see it: it registered no engine of its own.
    world.storage = await world.reopenOnly();
    const find = async (ms: number) =>
      (
        await world.storage.findStalledWorkflows(30, new Date(Date.parse(beat) + ms).toISOString())
      ).map((run) => run.runId);
    expect(await find(29_000)).toEqual([]);
    expect(await find(30_000)).toEqual([]);
    // Where engines have leases, the caller's clock and the beat's say nothing.
    const { backend } = await world.storage.describe();
    expect(await find(30_001)).toEqual(backend === "sqlite" ? [runId] : []);
  });

  test("[R5] [ST-30] trap: live work is not stalled, however long a step takes", async (world) => {
    const runId = await world.workingRun();
    const now = world.advance(3_600_000);
    expect(await world.storage.findStalledWorkflows(30, now)).toEqual([]);
    expect(await world.recover()).toMatchObject({ stalled: [] });
    expect(await world.requireRun(runId)).toMatchObject({ status: "running" });
  });

  test("[R4] [ST-30] trap: an owner that is dead or ended counts at once, not after a threshold", async (world) => {
    const runId = await world.workingRun();
    const before = await world.snapshot(runId);
    await world.registerEngine();
    expect(
      (await world.storage.findStalledWorkflows(30, world.now())).map((run) => run.runId),
    ).toEqual([runId]);
    // A pure query: it changes nothing.
    expect(await world.snapshot(runId)).toEqual(before);
  });

  test("[ST-29] a beat reaches the engine and its running runs, makes no event and tells what changed outside", async (world) => {
    const runId = await world.workingRun();
    const parked = await world.createRun();
    const events = await world.events(runId);
    const at = world.advance(5_000);
    const owned = await world.storage.heartbeatWorkflow(world.fence, at);
    const { revision, heartbeatAt } = await world.requireRun(runId);
    expect(owned).toEqual([{ runId, status: "running", revision }]);
    expect(heartbeatAt).toBe(at);
    expect((await world.requireRun(parked)).heartbeatAt).toBeNull();
    expect((await world.storage.listInstances(1))[0]).toMatchObject({
      lastBeatAt: at,
      cleanAt: null,
    });
    expect(await world.events(runId)).toEqual(events);
  });

  test("[ST-29] trap: a beat of an unknown engine is an error, not ignored", async (world) => {
    const unknown = { instanceId: world.newId(), epoch: world.fence.epoch };
    await expect(world.storage.heartbeatWorkflow(unknown, world.now())).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(world.storage.markInstanceClean(unknown, world.now())).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("[ST-07] each engine gets the next epoch, and is listed newest first", async (world) => {
    const first = world.fence;
    const instance = world.newInstance();
    const second = await world.storage.registerInstance(instance);
    expect(second).toEqual({ instanceId: instance.instanceId, epoch: first.epoch + 1 });
    expect(await world.storage.listInstances(10)).toMatchObject([
      { ...instance, epoch: second.epoch, lastBeatAt: instance.at, cleanAt: null },
      { instanceId: first.instanceId, epoch: first.epoch },
    ]);
  });
}
