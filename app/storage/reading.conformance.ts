import { expect } from "vitest";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { allStates } from "./storage-fixture.conformance.ts";
import { human, payload } from "./test-changes.conformance.ts";
import { StorageError } from "./storage-error.ts";

export function readingConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[ST-31] the scheduler sees what is due, oldest first, and nothing else", async (world) => {
    const fresh = await world.createRun();
    const parked = await world.runningRun();
    const wakeAt = world.advance(60_000);
    await world.apply(parked, world.runChange("running", "queued", { wakeAt }));
    const later = await world.createRun();
    await world.runIn("completed");
    const before = new Date(Date.parse(wakeAt) - 1).toISOString();
    expect(await world.storage.listClaimableRuns({ now: before, limit: 10 })).toEqual([
      fresh,
      later,
    ]);
    expect(await world.storage.listClaimableRuns({ now: wakeAt, limit: 10 })).toEqual([
      fresh,
      parked,
      later,
    ]);
    expect(await world.storage.listClaimableRuns({ now: wakeAt, limit: 2 })).toEqual([
      fresh,
      parked,
    ]);
  });

  test("[ST-31] waiting runs come up when their timer or expiry is due, and the next one is known", async (world) => {
    expect(await world.storage.nextWakeAt()).toBeNull();
    const runs: string[] = [];
    for (const [state, wakeAt] of [
      ["awaiting_user", "2026-03-02T00:00:00.000Z"],
      ["awaiting_validation", "2026-03-01T00:00:00.000Z"],
      ["queued", "2026-03-03T00:00:00.000Z"],
    ] as const) {
      const runId = await world.runningRun();
      await world.apply(runId, world.runChange("running", state, { wakeAt }));
      runs.push(runId);
    }
    await world.runIn("awaiting_user");
    expect(await world.storage.nextWakeAt()).toBe("2026-03-01T00:00:00.000Z");
    const due = (now: string) => world.storage.listDueWaitingRuns({ now, limit: 10 });
    expect(await due("2026-02-28T00:00:00.000Z")).toEqual([]);
    expect(await due("2026-03-02T00:00:00.000Z")).toEqual([runs[1], runs[0]]);
    expect(await due("2026-03-09T00:00:00.000Z")).toEqual([runs[1], runs[0]]);
  });

  test("[ST-32] runs are listed newest first, by state and workflow, in pages without gaps", async (world) => {
    const byState = new Map<string, string[]>();
    const all: string[] = [];
    // The stalled ones first: a quit stalls what is running.
    for (const state of [
      "stalled",
      "poisoned",
      ...allStates,
      "failed",
      "queued",
      "failed",
    ] as const) {
      if (state === "stalled" && all.length > 0) continue;
      if (state === "poisoned" && all.length > 1) continue;
      const runId = await world.runIn(state);
      byState.set(state, [runId, ...(byState.get(state) ?? [])]);
      all.unshift(runId);
    }
    const other = await world.createRun({ workflowId: "other" });
    const ids = async (query: Parameters<typeof world.storage.listRuns>[0]) =>
      (await world.storage.listRuns(query)).map(({ runId }) => runId);
    expect(await ids({ limit: 100 })).toEqual([other, ...all]);
    expect(await ids({ limit: 3 })).toEqual([other, ...all].slice(0, 3));
    expect(await ids({ limit: 5, before: all[2] ?? "" })).toEqual(all.slice(3, 8));
    expect(await ids({ limit: 100, states: ["failed"] })).toEqual(byState.get("failed"));
    expect(await ids({ limit: 100, states: ["failed", "poisoned"] })).toEqual(
      all.filter(
        (runId) =>
          byState.get("failed")?.includes(runId) === true ||
          byState.get("poisoned")?.includes(runId) === true,
      ),
    );
    expect(await ids({ limit: 2, states: ["failed", "queued"], before: all[0] ?? "" })).toEqual(
      all.slice(1, 3),
    );
    expect(await ids({ limit: 100, states: [] })).toEqual([]);
    expect(await ids({ limit: 100, workflowId: "other" })).toEqual([other]);
    expect(await ids({ limit: 100, workflowId: "fixture", states: ["failed"] })).toEqual(
      byState.get("failed"),
    );
    await expect(
      world.storage.listRuns({ limit: 1, before: world.newRunId() }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    const counts = await world.storage.countRunsByState();
    for (const state of allStates) {
      expect({ state, count: counts[state] }).toEqual({
        state,
        count: (byState.get(state)?.length ?? 0) + (state === "queued" ? 1 : 0),
      });
    }
  });

  test("[ST-32] nodes are listed by sequence, in pages", async (world) => {
    const runId = await world.runningRun();
    for (const sequence of [3, 1, 5, 2, 4])
      await world.apply(runId, world.createNodeChange(runId, sequence));
    const page = async (after: number, limit: number) =>
      (await world.storage.listWorkflowNodeExecutions(runId, { after, limit })).map(
        ({ sequence }) => sequence,
      );
    expect([await page(0, 2), await page(2, 2), await page(4, 2), await page(5, 2)]).toEqual([
      [1, 2],
      [3, 4],
      [5],
      [],
    ]);
  });

  test("[ST-36] log lines are numbered within their run and lie outside history", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const before = await world.snapshot(runId);
    const line = (text: string) => ({
      runId,
      nodeExecutionId,
      attempt: 1,
      at: world.now(),
      level: "info" as const,
      text,
    });
    await world.storage.appendLogs([line("one"), line("two")]);
    await world.storage.appendLogs([line("three")]);
    const lines = await world.storage.listLogs(runId, { after: 0, limit: 10 });
    expect(lines).toMatchObject([line("one"), line("two"), line("three")]);
    const [first, second] = lines.map(({ number }) => number);
    expect(second).toBeGreaterThan(first ?? 0);
    expect(await world.storage.listLogs(runId, { after: first ?? 0, limit: 1 })).toMatchObject([
      line("two"),
    ]);
    expect(await world.snapshot(runId)).toEqual(before);
  });

  test("[ST-38] a definition is stored once, by its hash", async (world) => {
    const { definition } = world;
    await world.storage.putDefinition({ ...definition, source: '{"another":1}' }, world.now());
    expect(await world.storage.getDefinition(definition.hash)).toEqual(definition);
    expect(await world.storage.getDefinition("0".repeat(64))).toBeNull();
  });

  test("[S4] what is handed out is plain data, and what goes wrong is a StorageError", async (world) => {
    const runId = await world.runIn("poisoned");
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const { storage } = world;
    const answers = [
      await world.snapshot(runId),
      await storage.listAttempts(nodeExecutionId),
      await storage.listSubSteps(nodeExecutionId),
      await storage.listInstances(10),
      await storage.describe(),
      await storage.countRunsByState(),
      await storage.getPayload({ of: "run", runId, slot: "input" }),
      await storage.heartbeatWorkflow(world.fence, world.now()),
    ];
    expect(structuredClone(answers)).toEqual(answers);
    const outcome = await world.try(runId, [world.runChange("poisoned", "completed")]);
    expect(outcome).toMatchObject({ ok: false });
    if (!outcome.ok) expect(outcome.error).toBeInstanceOf(StorageError);
  });

  test("what does not exist is null or an empty list [ST-32]", async (world) => {
    const runId = world.newRunId();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const { storage } = world;
    expect([
      await storage.getRun(runId),
      await storage.getJob(world.newId()),
      await storage.getNodeExecution(nodeExecutionId),
      await storage.getNodeExecution("nonsense"),
      await storage.getPayload({ of: "node", nodeExecutionId, slot: "input" }),
      await storage.getPayload({ of: "step", nodeExecutionId, name: "s", n: 1 }),
    ]).toEqual([null, null, null, null, null, null]);
    expect([
      await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 1 }),
      await storage.listAttempts(nodeExecutionId),
      await storage.listSubSteps(nodeExecutionId),
      await storage.listLogs(runId, { after: 0, limit: 1 }),
      await storage.listRunsOfJob(world.newId()),
      await storage.listClaimableRuns({ now: world.now(), limit: 1 }),
    ]).toEqual([[], [], [], [], [], []]);
  });

  test("[ST-40] a closed storage says so", async (world) => {
    const runId = await world.createRun();
    await world.close();
    await expect(world.storage.getRun(runId)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(
      world.try(runId, [{ change: "runAnnotated", actor: human, pinned: true }]),
    ).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("[S9] a second reader of the same data sees each change as soon as it is acknowledged", async (world) => {
    const runId = await world.workingRun();
    await world.apply(runId, world.completeNodeChange(runId, 1));
    const seen = await world.snapshot(runId);
    world.storage = await world.reopenOnly();
    expect(await world.snapshot(runId)).toEqual(seen);
    expect(
      await world.storage.getPayload({
        of: "node",
        nodeExecutionId: world.nodeIdentity(runId, 1).nodeExecutionId,
        slot: "output",
      }),
    ).toEqual(payload({ result: 1 }));
  });
}
