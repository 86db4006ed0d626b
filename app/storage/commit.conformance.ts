import { expect } from "vitest";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { StorageError } from "./storage-error.ts";
import { codeOf } from "./storage-fixture.conformance.ts";
import { human, payload, policy } from "./test-changes.conformance.ts";

export function commitConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[ST-01] what was acknowledged is there after a close and reopen", async (world) => {
    const runId = await world.workingRun();
    const outcome = await world.try(runId, [world.completeNodeChange(runId, 1)]);
    const before = await world.snapshot(runId);
    await world.restart();
    expect(await world.snapshot(runId)).toEqual(before);
    expect(outcome).toMatchObject({ ok: true, ...(await world.expectOf(runId)) });
    expect(await world.nodeStatusOf(runId)).toBe("completed");
  });

  test("[ST-02] a group is applied whole or not at all", async (world) => {
    const runId = await world.workingRun();
    const before = await world.snapshot(runId);
    const code = await world.codeOf(
      runId,
      world.completeNodeChange(runId, 1),
      world.createNodeChange(runId, 2),
      // The path of step 1: refused, and with it everything before it.
      world.createNodeChange(runId, 3, { nodePath: "step-1" }),
    );
    expect(code).toBe("CONSTRAINT");
    expect(await world.snapshot(runId)).toEqual(before);
  });

  test("[ST-03] a missed compare-and-set leaves out that group and later ones of its run, and no other", async (world) => {
    const [stale, other] = [await world.runningRun(), await world.runningRun()];
    const known = await world.expectOf(stale);
    await world.apply(stale, { change: "runAnnotated", actor: human, pinned: true });
    const otherKnown = await world.expectOf(other);
    const outcomes = await world.storage.commit(
      [
        world.group(other, [world.createNodeChange(other, 1)], otherKnown),
        world.group(stale, [world.createNodeChange(stale, 1)], known),
        world.group(stale, [world.createNodeChange(stale, 2)], known),
        world.group(other, [world.createNodeChange(other, 2)], otherKnown),
      ],
      world.fence,
    );
    expect(outcomes.map(codeOf)).toEqual(["ok", "CONFLICT", "CONFLICT", "ok"]);
    expect(await world.storage.listWorkflowNodeExecutions(stale, { after: 0, limit: 10 })).toEqual(
      [],
    );
    expect(
      await world.storage.listWorkflowNodeExecutions(other, { after: 0, limit: 10 }),
    ).toHaveLength(2);
    await world.expectSound();
  });

  test("[ST-04] a group that can never be stored is left out with later ones of its run, and no other", async (world) => {
    const [runId, other] = [await world.runningRun(), await world.runningRun()];
    const known = await world.expectOf(runId);
    const outcomes = await world.storage.commit(
      [
        world.group(runId, [world.createNodeChange(runId, 1)], known),
        world.group(runId, [world.createNodeChange(runId, 2, { nodePath: "step-1" })], known),
        world.group(runId, [world.createNodeChange(runId, 3)], known),
        world.group(other, [world.createNodeChange(other, 1)]),
      ],
      world.fence,
    );
    expect(outcomes.map(codeOf)).toEqual(["ok", "CONSTRAINT", "CONFLICT", "ok"]);
    const nodes = await world.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 });
    expect(nodes.map(({ sequence }) => sequence)).toEqual([1]);
    await world.expectSound();
  });

  test("[ST-05] groups of one run in one batch share what their writer knew, and each answers where it came to", async (world) => {
    const runId = await world.runningRun();
    const known = await world.expectOf(runId);
    const outcomes = await world.storage.commit(
      [
        world.group(runId, [world.createNodeChange(runId, 1)], known),
        world.group(
          runId,
          [world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2)],
          known,
        ),
        world.group(runId, [world.runChange("running", "awaiting_user")], known),
      ],
      world.fence,
    );
    expect(outcomes).toMatchObject([
      { ok: true, revision: known.revision + 1, lastSeq: known.lastSeq + 1 },
      { ok: true, revision: known.revision + 2, lastSeq: known.lastSeq + 3 },
      { ok: true, revision: known.revision + 3, lastSeq: known.lastSeq + 4 },
    ]);
    expect(await world.expectOf(runId)).toEqual({
      revision: known.revision + 3,
      lastSeq: known.lastSeq + 4,
    });
  });

  test("[ST-05] a run can be created, claimed and started in one batch", async (world) => {
    const runId = world.newRunId();
    const outcomes = await world.storage.commit(
      [
        world.group(runId, [world.createRunChange(runId)]),
        world.group(runId, [world.claimChange(), world.createNodeChange(runId, 1)]),
      ],
      world.fence,
    );
    expect(outcomes.map(codeOf)).toEqual(["ok", "ok"]);
    expect(await world.requireRun(runId)).toMatchObject({ status: "running", lastSeq: 3 });
    await world.expectSound();
  });

  test("[ST-06] a batch that is sent again is acknowledged and not applied twice", async (world) => {
    const runId = world.newRunId();
    const created = world.group(runId, [world.createRunChange(runId)]);
    const claimed = world.group(runId, [world.claimChange()]);
    await world.storage.commit([created, claimed], world.fence);
    const known = await world.expectOf(runId);
    const first = world.group(runId, [world.createNodeChange(runId, 1)], known);
    const second = world.group(runId, [world.completeNodeChange(runId, 1)], known);
    await world.storage.commit([first, second], world.fence);
    const before = await world.snapshot(runId);

    const third = world.group(runId, [world.createNodeChange(runId, 2)], known);
    const again = await world.storage.commit([created, claimed, first, second], world.fence);
    expect(again.map(codeOf)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(again.at(-1)).toMatchObject({
      revision: known.revision + 2,
      lastSeq: known.lastSeq + 2,
    });
    expect(await world.snapshot(runId)).toEqual(before);

    const withNew = await world.storage.commit([first, second, third], world.fence);
    expect(withNew.map(codeOf)).toEqual(["ok", "ok", "ok"]);
    expect(await world.events(runId)).toHaveLength(known.lastSeq + 3);
    await world.expectSound();
  });

  test("[ST-06] the second group of a batch that is sent again is not built on the first once more", async (world) => {
    const runId = await world.runningRun();
    const known = await world.expectOf(runId);
    // Each could be applied any number of times, were it not for its id.
    const groups = ["a", "b", "c"].map((tag) =>
      world.group(runId, [{ change: "runAnnotated", actor: human, tags: [tag] }], known),
    );
    await world.storage.commit(groups, world.fence);
    const before = await world.snapshot(runId);
    const again = await world.storage.commit(groups, world.fence);
    expect(again).toMatchObject(groups.map(() => ({ ok: true, lastSeq: known.lastSeq + 3 })));
    expect(await world.snapshot(runId)).toEqual(before);
  });

  test("[ST-06] a group that takes what is there is not applied twice either", async (world) => {
    const runId = await world.runningRun();
    const group = world.group(runId, [{ change: "runAnnotated", actor: human, tags: ["a"] }]);
    await world.storage.commit([group], world.fence);
    await world.apply(runId, { change: "runAnnotated", actor: human, tags: ["b"] });
    const before = await world.snapshot(runId);
    expect((await world.storage.commit([group], world.fence)).map(codeOf)).toEqual(["ok"]);
    expect(await world.snapshot(runId)).toEqual(before);
  });

  test("[ST-06] a person's closing that is sent again is acknowledged", async (world) => {
    const runId = await world.runningRun();
    const closing = world.group(runId, [
      { change: "runClosing", actor: human, closing: { to: "cancelled", reason: "not needed" } },
    ]);
    expect((await world.storage.commit([closing], null)).map(codeOf)).toEqual(["ok"]);
    expect((await world.storage.commit([closing], null)).map(codeOf)).toEqual(["ok"]);
    expect((await world.events(runId)).filter(({ type }) => type === "run.closing")).toHaveLength(
      1,
    );
  });

  test("[ST-07] an engine with an older epoch is refused as a whole, and nothing is written", async (world) => {
    const runId = await world.workingRun();
    const stale = world.fence;
    await world.registerEngine();
    const before = await world.snapshot(runId);
    const groups = [world.group(runId, [world.completeNodeChange(runId, 1)])];
    await expect(world.storage.commit(groups, stale)).rejects.toMatchObject({ code: "FENCED" });
    await expect(world.storage.commit(groups, { ...world.fence, epoch: 99 })).rejects.toMatchObject(
      { code: "FENCED" },
    );
    await expect(world.storage.heartbeatWorkflow(stale, world.now())).rejects.toMatchObject({
      code: "FENCED",
    });
    await expect(
      world.storage.recoverInterruptedRuns({
        fence: stale,
        at: world.now(),
        thresholdSecs: 30,
        bootId: "b",
        scope: "start",
      }),
    ).rejects.toMatchObject({ code: "FENCED" });
    expect(await world.snapshot(runId)).toEqual(before);
  });

  // Nobody touched these runs, so no compare-and-set misses: the fence alone keeps them as they are.
  test("[ST-07] an engine that was taken over can begin nothing either, in no form that a batch has", async (world) => {
    const [queued, annotated] = [await world.createRun(), await world.createRun()];
    const stale = world.fence;
    const created = world.newRunId();
    const claim = world.group(queued, [world.claimChange()], await world.expectOf(queued));
    const annotation = { change: "runAnnotated", actor: human, pinned: true } as const;
    const batches = {
      "what it knows": [claim],
      "a run of its own": [world.group(created, [world.createRunChange(created)])],
      "what it does not know": [world.group(queued, [world.claimChange()])],
      "a change that needs a look": [
        world.group(annotated, [annotation], await world.expectOf(annotated)),
      ],
      "a group that is refused": [
        claim,
        world.group(created, [
          world.createRunChange(created),
          world.createNodeChange(created, 1),
          world.createNodeChange(created, 2, { nodePath: "step-1" }),
        ]),
      ],
    };
    const runs = () => Promise.all([queued, annotated, created].map((id) => world.snapshot(id)));
    await world.registerEngine();
    const before = await runs();
    for (const [form, groups] of Object.entries(batches)) {
      const answer = await world.storage.commit(groups, stale).then(
        (outcomes) => outcomes.map(codeOf).join(", "),
        (error: unknown) => (error instanceof StorageError ? error.code : error),
      );
      expect(`${form}: ${String(answer)}`).toBe(`${form}: FENCED`);
    }
    expect(await runs()).toEqual(before);
  });

  test("[ST-08] without a fence a person or a policy can write, an engine cannot", async (world) => {
    const runId = await world.runningRun();
    const close = (actor: typeof human) => [
      world.group(runId, [
        {
          change: "runClosing" as const,
          actor,
          closing: { to: "cancelled" as const, reason: "x" },
        },
      ]),
    ];
    expect((await world.storage.commit(close(world.engine), null)).map(codeOf)).toEqual([
      "CONSTRAINT",
    ]);
    expect((await world.storage.commit(close(policy), null)).map(codeOf)).toEqual(["ok"]);
    expect(await world.requireRun(runId)).toMatchObject({
      status: "running",
      closing: { to: "cancelled", reason: "x" },
    });
  });

  test("[ST-04] a group of a run that does not exist is NOT_FOUND", async (world) => {
    const runId = world.newRunId();
    expect(await world.codeOf(runId, world.claimChange())).toBe("NOT_FOUND");
    expect(
      await world.codeOf(runId, world.createRunChange(runId, { definitionHash: "0".repeat(64) })),
    ).toBe("NOT_FOUND");
    expect(await world.codeOf(runId, world.createRunChange(runId, { existingJob: true }))).toBe(
      "NOT_FOUND",
    );
    expect(await world.storage.getRun(runId)).toBeNull();
  });

  test("[S8] node, run, job and event change together", async (world) => {
    const runId = await world.workingRun();
    const job = (await world.requireRun(runId)).jobId;
    await world.apply(
      runId,
      world.completeNodeChange(runId, 1),
      world.runChange("running", "completed", {
        output: payload("done"),
        reason: "everything decided",
      }),
    );
    expect(await world.nodeStatusOf(runId)).toBe("completed");
    expect(await world.requireRun(runId)).toMatchObject({ status: "completed", nodesDone: 1 });
    expect(await world.storage.getJob(job)).toMatchObject({
      state: "completed",
      statusReason: "everything decided",
    });
    const groups = (await world.events(runId)).slice(-2).map(({ groupId }) => groupId);
    expect(new Set(groups).size).toBe(1);
  });

  test("[S3] each of the seven operations that the task names works on its own", async (world) => {
    const { storage, fence } = world;
    const runId = world.newRunId();
    const one = () => ({
      groupId: world.newId(),
      runId,
      at: world.advance(1),
      expect: null,
      fence,
    });
    const outcomes = [
      await storage.createWorkflowRun({ ...one(), change: world.createRunChange(runId) }),
      await storage.updateWorkflowRunStatus({ ...one(), change: world.claimChange() }),
      await storage.createWorkflowNodeExecution({
        ...one(),
        change: world.createNodeChange(runId, 1),
      }),
      await storage.updateWorkflowNodeExecutionStatus({
        ...one(),
        change: world.completeNodeChange(runId, 1),
      }),
    ];
    expect(outcomes.map(codeOf)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(await storage.heartbeatWorkflow(fence, world.advance(5_000))).toMatchObject([
      { runId, status: "running" },
    ]);
    expect(await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10 })).toMatchObject([
      { status: "completed" },
    ]);
    expect(await storage.findStalledWorkflows(30, world.now())).toEqual([]);
  });
}
