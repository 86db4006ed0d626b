import { expect } from "vitest";
import { eventData } from "../model/run-event.ts";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { allStates } from "./storage-fixture.conformance.ts";
import { human } from "./test-changes.conformance.ts";

export function recoveryConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[S2] [ST-25] interrupted runs are found and marked stalled after a reopen", async (world) => {
    const runId = await world.workingRun();
    await world.restart();
    const report = await world.recover();
    const recovered = {
      runId,
      jobId: (await world.requireRun(runId)).jobId,
      reason: "crash",
      thresholdSecs: 30,
      crashCount: 1,
    };
    expect(report).toMatchObject({
      at: world.now(),
      stalled: [recovered],
      poisoned: [],
      ended: [],
    });
    expect(await world.requireRun(runId)).toMatchObject({
      status: "stalled",
      statusReason: "crash",
      ownerInstanceId: null,
      ownerEpoch: null,
    });
    await world.expectSound();
  });

  test("[R3] each stalled run leaves one workflow_recovery event with the names that outside readers know", async (world) => {
    const runId = await world.workingRun();
    const owner = world.fence.instanceId;
    const lastBeat = world.advance(5_000);
    await world.storage.heartbeatWorkflow(world.fence, lastBeat);
    await world.crashAndRecover();
    const { jobId } = await world.requireRun(runId);
    const events = (await world.events(runId)).filter(({ type }) => type === "workflow_recovery");
    expect(events).toMatchObject([
      {
        actor: { kind: "system" },
        epoch: world.fence.epoch,
        at: world.now(),
        data: {
          workflow_run_id: runId,
          job_id: jobId,
          from: "running",
          to: "stalled",
          reason: "crash",
          last_heartbeat_ts: lastBeat,
          threshold_secs: 30,
          ownerInstanceId: owner,
          crashCount: 1,
        },
      },
    ]);
    expect(eventData.workflow_recovery.parse(events[0]?.data)).toEqual(events[0]?.data);
  });

  test("[R7] trap: no node is left running under a stalled run, and its attempt is closed", async (world) => {
    const runId = await world.workingRun();
    await world.apply(
      runId,
      world.createNodeChange(runId, 2, { status: "queued" }),
      world.createNodeChange(runId, 3, { replay: "external" }),
    );
    await world.crashAndRecover();
    const nodes = await world.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 });
    expect(nodes.map(({ status }) => status)).toEqual(["stalled", "queued", "stalled"]);
    const attempts = await world.storage.listAttempts(world.nodeIdentity(runId, 3).nodeExecutionId);
    expect(attempts).toMatchObject([
      {
        number: 1,
        status: "failed",
        error: { code: "INTERRUPTED", outcomeUnknown: true },
        finishedAt: world.now(),
      },
    ]);
    expect(
      (await world.storage.listAttempts(world.nodeIdentity(runId, 1).nodeExecutionId))[0]?.error,
    ).toMatchObject({ code: "INTERRUPTED" });
    await world.expectSound();
  });

  test("[R7] [J2] trap: a state other than running is never overwritten", async (world) => {
    const runs = [];
    for (const state of allStates)
      if (state !== "running") runs.push({ state, runId: await world.runIn(state) });
    const before = await Promise.all(runs.map(({ runId }) => world.snapshot(runId)));
    const report = await world.crashAndRecover();
    expect(report).toMatchObject({ stalled: [], poisoned: [], ended: [] });
    expect(await Promise.all(runs.map(({ runId }) => world.snapshot(runId)))).toEqual(before);
  });

  test("[R8] [ST-25] a second recovery finds nothing, and the first one's report can be read again as events", async (world) => {
    const runs = [await world.workingRun(), await world.runningRun(), await world.workingRun()];
    const report = await world.crashAndRecover();
    expect(report.stalled.map(({ runId }) => runId)).toEqual(runs);
    const before = await Promise.all(runs.map((runId) => world.snapshot(runId)));
    expect(await world.recover()).toMatchObject({ stalled: [], poisoned: [], ended: [] });
    expect(await Promise.all(runs.map((runId) => world.snapshot(runId)))).toEqual(before);
    for (const runId of runs) {
      expect(
        (await world.events(runId)).filter(({ type }) => type === "workflow_recovery"),
      ).toHaveLength(1);
    }
  });

  test("[ST-26] only a crash on the same boot with an attempt in flight counts", async (world) => {
    const working = await world.workingRun();
    const idle = await world.runningRun();
    expect((await world.crashAndRecover()).stalled).toMatchObject([
      { runId: working, reason: "crash", crashCount: 1 },
      { runId: idle, reason: "crash", crashCount: 0 },
    ]);
    await world.resume(working, 2);
    world.bootId = "boot-2";
    expect((await world.crashAndRecover()).stalled).toMatchObject([
      { runId: working, reason: "power_loss", crashCount: 1 },
    ]);
  });

  test("[ST-26] a third crash poisons in the same transaction, and only a person leads out", async (world) => {
    const runId = await world.workingRun();
    await world.crashAndRecover();
    await world.resume(runId, 2);
    await world.crashAndRecover();
    await world.resume(runId, 3);
    const report = await world.crashAndRecover();
    expect(report).toMatchObject({ stalled: [], poisoned: [{ runId, crashCount: 3 }] });
    expect(await world.requireRun(runId)).toMatchObject({
      status: "poisoned",
      crashCount: 3,
      finishedAt: world.now(),
    });
    const last = (await world.events(runId)).slice(-2);
    expect(last).toMatchObject([
      { type: "workflow_recovery", data: { to: "stalled", crashCount: 3 } },
      { type: "run.status", data: { from: "stalled", to: "poisoned" }, actor: { kind: "system" } },
    ]);
    expect(last[0]?.groupId).toBe(last[1]?.groupId);
    expect(
      await world.codeOf(runId, {
        change: "runResumed",
        actor: { kind: "policy" },
        from: "poisoned",
        decisions: [],
      }),
    ).toBe("ILLEGAL_TRANSITION");
    await world.apply(runId, {
      change: "runResumed",
      actor: human,
      from: "poisoned",
      decisions: [],
    });
    expect(await world.requireRun(runId)).toMatchObject({ status: "queued", crashCount: 0 });
    await world.expectSound();
  });

  test("[ST-27] an orphan that was closing ends as its closing said, with all its nodes", async (world) => {
    for (const to of ["failed", "cancelled"] as const) {
      const runId = await world.workingRun();
      await world.apply(
        runId,
        world.createNodeChange(runId, 2, { status: "queued" }),
        world.completeNodeChange(runId, 1),
        world.createNodeChange(runId, 3),
      );
      const error = { code: "TIME_LIMIT", message: "over an hour" };
      await world.apply(runId, {
        change: "runClosing",
        actor: human,
        closing: { to, reason: "time is up", error },
      });
      const report = await world.crashAndRecover();
      expect(report).toMatchObject({ stalled: [], poisoned: [], ended: [{ runId }] });
      expect(await world.requireRun(runId)).toMatchObject({
        status: to,
        statusReason: "time is up",
        error,
        finishedAt: world.now(),
        nodesDone: 3,
      });
      const nodes = await world.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 });
      expect(nodes.map(({ status, attemptStatus }) => [status, attemptStatus])).toEqual([
        ["completed", "completed"],
        ["cancelled", null],
        ["cancelled", "cancelled"],
      ]);
      expect((await world.events(runId)).at(-1)).toMatchObject({
        type: "workflow_recovery",
        data: { from: "running", to },
      });
    }
    await world.expectSound();
  });

  test("[ST-28] a clean quit stalls this engine's own runs as app_quit, without a crash count", async (world) => {
    const runId = await world.workingRun();
    const queued = await world.createRun();
    const report = await world.recover("quit");
    expect(report).toMatchObject({
      stalled: [{ runId, reason: "app_quit", crashCount: 0 }],
      poisoned: [],
      ended: [],
    });
    expect(await world.requireRun(runId)).toMatchObject({
      status: "stalled",
      statusReason: "app_quit",
    });
    expect(await world.requireRun(queued)).toMatchObject({ status: "queued" });
    await world.storage.markInstanceClean(world.fence, world.now());
    await world.restart();
    expect(await world.recover()).toMatchObject({ stalled: [] });
    expect((await world.storage.listInstances(10)).map(({ cleanAt }) => cleanAt !== null)).toEqual([
      false,
      true,
    ]);
  });

  test("[ST-37] recovery leaves the registered child processes alone", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId, nodePath } = world.nodeIdentity(runId, 1);
    const child = { nodeExecutionId, runId, nodePath, pid: 777, startTime: "12345" };
    await world.storage.putChildProcess({ ...child, pid: 1 });
    await world.storage.putChildProcess(child);
    await world.crashAndRecover();
    expect(await world.storage.listChildProcesses()).toEqual([child]);
    await world.storage.removeChildProcess(nodeExecutionId);
    expect(await world.storage.listChildProcesses()).toEqual([]);
  });

  test("trap: recovered work goes on with the outputs that were saved, not from its start", async (world) => {
    const runId = await world.workingRun();
    await world.apply(runId, world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2));
    await world.crashAndRecover();
    await world.apply(
      runId,
      { change: "runResumed", actor: human, from: "stalled", decisions: [] },
      world.nodeChange(runId, 2, "stalled", "queued", { actor: human }),
    );
    const nodes = await world.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 });
    expect(nodes.map(({ status, outputRef }) => [status, outputRef !== null])).toEqual([
      ["completed", true],
      ["queued", false],
    ]);
    expect(await world.storage.listClaimableRuns({ now: world.now(), limit: 10 })).toEqual([runId]);
  });
}
