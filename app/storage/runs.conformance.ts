import { expect } from "vitest";
import { isTerminal } from "../model/job.ts";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { allStates, codeOf, isDone } from "./storage-fixture.conformance.ts";
import { human, payload } from "./test-changes.conformance.ts";

export function runConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("trap: finishedAt is set in every terminal state and poisoned, and in no other [ST-13]", async (world) => {
    for (const state of allStates) {
      const { finishedAt } = await world.requireRun(await world.runIn(state));
      expect({ state, finished: finishedAt !== null }).toEqual({ state, finished: isDone(state) });
    }
  });

  test("[ST-13] [ST-14] a resume clears what the end had set", async (world) => {
    const runId = await world.runIn("poisoned");
    await world.apply(runId, {
      change: "runResumed",
      actor: human,
      from: "poisoned",
      decisions: [],
    });
    expect(await world.requireRun(runId)).toMatchObject({
      status: "queued",
      finishedAt: null,
      error: null,
      crashCount: 0,
      statusReason: "resumed",
      lastActor: human,
    });
    await world.expectSound();
  });

  test("[ST-11] no change leads out of a terminal state", async (world) => {
    for (const state of allStates.filter(isTerminal)) {
      const runId = await world.runIn(state);
      const before = await world.requireRun(runId);
      await world.crashAndRecover();
      expect(
        await world.codeOf(runId, {
          change: "runClosing",
          actor: human,
          closing: { to: "cancelled", reason: "x" },
        }),
      ).toBe("CONFLICT");
      expect(await world.requireRun(runId)).toEqual(before);
    }
  });

  test("[ST-19] running has an owner, a beat and a start; leaving it adds the stretch and takes the owner away", async (world) => {
    const runId = await world.runningRun();
    const startedAt = world.now();
    expect(await world.requireRun(runId)).toMatchObject({
      ownerInstanceId: world.fence.instanceId,
      ownerEpoch: world.fence.epoch,
      heartbeatAt: startedAt,
      startedAt,
      runningMs: 0,
    });
    world.advance(1_499);
    const wakeAt = "2026-02-01T00:00:00.000Z";
    await world.apply(
      runId,
      world.runChange("running", "queued", { reason: "waits for a timer", wakeAt }),
    );
    expect(await world.requireRun(runId)).toMatchObject({
      ownerInstanceId: null,
      ownerEpoch: null,
      runningMs: 1_500,
      startedAt,
      wakeAt,
      statusReason: "waits for a timer",
    });
    await world.apply(runId, world.claimChange());
    world.advance(499);
    await world.apply(runId, world.runChange("running", "completed"));
    expect(await world.requireRun(runId)).toMatchObject({
      runningMs: 2_000,
      startedAt,
      wakeAt: null,
      finishedAt: world.now(),
    });
    await world.expectSound();
  });

  test("[ST-19] an engine claims for itself only, and only `running` has an owner", async (world) => {
    const runId = await world.createRun();
    const { owner, ...ownerless } = world.claimChange();
    expect(owner).toEqual(world.fence);
    expect(await world.codeOf(runId, ownerless)).toBe("CONSTRAINT");
    expect(
      await world.codeOf(
        runId,
        world.claimChange({ owner: { instanceId: world.newId(), epoch: 1 } }),
      ),
    ).toBe("CONSTRAINT");
    expect(
      await world.codeOf(
        runId,
        world.runChange("queued", "cancelled", { actor: human, owner: world.fence }),
      ),
    ).toBe("CONSTRAINT");
    expect(await world.requireRun(runId)).toMatchObject({ status: "queued", ownerEpoch: null });
  });

  test("[ST-20] nodesDone counts the nodes that ended, and the skipped ones", async (world) => {
    const runId = await world.workingRun({ nodesTotal: 4 });
    await world.apply(
      runId,
      world.completeNodeChange(runId, 1),
      world.createNodeChange(runId, 2, { status: "queued" }),
    );
    await world.apply(
      runId,
      {
        change: "nodeSkipped",
        actor: world.engine,
        nodePath: "step-3",
        iterationPath: "",
        untakenEdges: [1],
      },
      world.createNodeChange(runId, 4, {
        status: "failed",
        error: { code: "EXPRESSION", message: "no such field" },
      }),
    );
    expect(await world.requireRun(runId)).toMatchObject({ nodesTotal: 4, nodesDone: 3 });
    await world.expectSound();
  });

  test("[ST-21] a completed node or a recorded sub-step takes the crash count back to 0", async (world) => {
    for (const progress of ["node", "step"] as const) {
      const runId = await world.workingRun();
      await world.crashAndRecover();
      await world.resume(runId, 2);
      expect(await world.requireRun(runId)).toMatchObject({ crashCount: 1 });
      const { nodeExecutionId } = world.nodeIdentity(runId, 1);
      await world.apply(
        runId,
        progress === "node"
          ? world.completeNodeChange(runId, 1, 2)
          : {
              change: "stepRecorded",
              actor: world.engine,
              nodeExecutionId,
              attempt: 2,
              name: "ask",
              n: 1,
              output: payload(1),
            },
      );
      expect(await world.requireRun(runId)).toMatchObject({ crashCount: 0 });
    }
    await world.expectSound();
  });

  test("[ST-22] the first closing wins, without ownership, and stays with the run", async (world) => {
    const runId = await world.runningRun();
    const first = {
      to: "failed",
      reason: "step 1 failed",
      error: { code: "NODE_FAILED", message: "step 1" },
    } as const;
    await world.apply(runId, { change: "runClosing", actor: world.engine, closing: first });
    const cancel = {
      change: "runClosing",
      actor: human,
      closing: { to: "cancelled", reason: "by Anna" },
    } as const;
    expect((await world.storage.commit([world.group(runId, [cancel])], null)).map(codeOf)).toEqual([
      "CONFLICT",
    ]);
    expect(await world.requireRun(runId)).toMatchObject({ status: "running", closing: first });
    await world.apply(runId, world.runChange("running", "failed", { error: first.error }));
    expect(await world.requireRun(runId)).toMatchObject({
      status: "failed",
      closing: first,
      error: first.error,
    });
  });

  test("[ST-13] a run keeps its pins, tags, lineage and policy", async (world) => {
    const source = await world.runIn("failed");
    const parent = await world.runningRun();
    const runId = await world.createRun({
      keyScope: source,
      trigger: { kind: "fork", sourceRunId: source },
      parentRunId: parent,
      forkedFromRunId: source,
      onInterrupted: "resume-safe",
    });
    await world.apply(runId, {
      change: "runAnnotated",
      actor: human,
      pinned: true,
      tags: ["keep", "blue"],
    });
    await world.apply(runId, { change: "runAnnotated", actor: human, pinned: false });
    expect(await world.requireRun(runId)).toMatchObject({
      keyScope: source,
      trigger: { kind: "fork", sourceRunId: source },
      parentRunId: parent,
      forkedFromRunId: source,
      onInterrupted: "resume-safe",
      pinned: false,
      tags: ["keep", "blue"],
      definitionHash: world.definition.hash,
    });
    await world.expectSound();
  });

  test("[ST-39] a run's id ends in eight zeros, a node's is made of it and its sequence", async (world) => {
    const runId = await world.runningRun();
    const odd = world.newId();
    expect(await world.codeOf(odd, world.createRunChange(odd))).toBe("CONSTRAINT");
    const wrong = world.createNodeChange(runId, 1, {
      nodeExecutionId: world.nodeIdentity(runId, 2).nodeExecutionId,
    });
    expect(await world.codeOf(runId, wrong)).toBe("CONSTRAINT");
  });

  test("[D3] a time in another form is refused", async (world) => {
    const runId = await world.createRun();
    for (const at of [
      "2026-01-01T00:00:00Z",
      "2026-01-01 00:00:00.000",
      "2026-01-01T01:00:00.000+01:00",
    ]) {
      const group = { ...world.group(runId, [world.claimChange()]), at };
      expect((await world.storage.commit([group], world.fence)).map(codeOf)).toEqual([
        "CONSTRAINT",
      ]);
    }
  });
}
