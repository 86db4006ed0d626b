import { expect } from "vitest";
import { runEventTypes } from "../model/run-event.ts";
import type { Change } from "./change.ts";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { human, payload } from "./test-changes.conformance.ts";

export function historyConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[F1] [ST-09] every change writes one event, numbered without gaps, with actor, epoch and group", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const changes: readonly Change[] = [
      {
        change: "capabilityChecked",
        actor: world.engine,
        nodePath: "step-1",
        capability: "net:https://a.example",
        allowed: false,
        rule: "not granted",
      },
      {
        change: "confirmationGiven",
        actor: human,
        nodeExecutionId,
        attempt: 1,
        inputSha256: "a".repeat(64),
      },
      { change: "stepIntended", actor: world.engine, nodeExecutionId, attempt: 1, name: "s", n: 1 },
      {
        change: "stepRecorded",
        actor: world.engine,
        nodeExecutionId,
        attempt: 1,
        name: "s",
        n: 1,
        output: payload(1),
      },
      world.completeNodeChange(runId, 1),
      {
        change: "nodeSkipped",
        actor: world.engine,
        nodePath: "step-2",
        iterationPath: "",
        untakenEdges: [0],
      },
      { change: "runAnnotated", actor: human, tags: ["a"] },
      { change: "runClosing", actor: human, closing: { to: "cancelled", reason: "enough" } },
      world.runChange("running", "cancelled"),
    ];
    const group = world.group(runId, changes);
    await world.storage.commit([group], world.fence);
    const events = await world.events(runId);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const written = events.slice(3);
    expect(written.map(({ type }) => type)).toEqual([
      "capability.checked",
      "confirmation.given",
      "step.intended",
      "step.recorded",
      "node.status",
      "node.skipped",
      "run.annotated",
      "run.closing",
      "run.status",
    ]);
    written.forEach((event, index) => {
      expect(event).toMatchObject({
        id: `${runId}/${event.seq}`,
        runId,
        at: group.at,
        groupId: group.groupId,
        epoch: world.fence.epoch,
        actor: changes[index]?.actor,
      });
    });
    expect(await world.requireRun(runId)).toMatchObject({ lastSeq: events.length });
    await world.expectSound();
  });

  test("[F2] [ST-10] unknown and malformed events are refused, and nothing of their group is written", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const before = await world.snapshot(runId);
    // Each is what a defect, or a program in plain JavaScript, could hand over.
    const malformed: readonly unknown[] = [
      { change: "runExploded", actor: human },
      { change: "runAnnotated", actor: human, tags: [1] },
      { change: "runAnnotated", actor: human, pinned: "yes" },
      { change: "runClosing", actor: human, closing: { to: "completed", reason: "no" } },
      { change: "runClosing", actor: human, closing: { to: "failed" } },
      {
        change: "nodeSkipped",
        actor: world.engine,
        nodePath: "step-2",
        iterationPath: "",
        untakenEdges: [-1],
      },
      { change: "stepIntended", actor: world.engine, nodeExecutionId, attempt: 0, name: "s", n: 1 },
      {
        change: "capabilityChecked",
        actor: world.engine,
        capability: "net:x",
        allowed: "yes",
        rule: "r",
      },
      { change: "confirmationGiven", actor: human, nodeExecutionId, attempt: 1 },
      {
        ...world.runChange("running", "failed"),
        error: { code: "no code", message: "lower case" },
      },
      { ...world.runChange("running", "queued"), wakeAt: "tomorrow" },
      { ...world.completeNodeChange(runId, 1), takenEdges: [0.5] },
      { ...world.completeNodeChange(runId, 1), takenEdges: "all" },
      { ...world.completeNodeChange(runId, 1), sequence: 0 },
      { ...world.completeNodeChange(runId, 1), nodePath: 7 },
      { ...world.completeNodeChange(runId, 1), reason: 7 },
      { ...world.completeNodeChange(runId, 1), output: { text: "1", sha256: "short", bytes: 1 } },
      {
        ...world.completeNodeChange(runId, 1),
        output: { text: "1", sha256: "a".repeat(64), bytes: -1 },
      },
      {
        ...world.completeNodeChange(runId, 1),
        attempt: { number: 1, status: "completed", metrics: { durationMs: -1 } },
      },
      {
        ...world.completeNodeChange(runId, 1),
        attempt: { number: 1, status: "failed", error: { code: "X" } },
      },
      { ...world.completeNodeChange(runId, 1), question: { kind: "riddle", text: "?" } },
      { ...world.completeNodeChange(runId, 1), notBefore: "2026-01-01" },
      { ...world.createNodeChange(runId, 2), generation: 0.5 },
      { ...world.createNodeChange(runId, 2), nodeType: null },
      { ...world.completeNodeChange(runId, 1), actor: { kind: "robot" } },
    ];
    for (const change of malformed) {
      const good: Change = { change: "runAnnotated", actor: human, tags: ["written with it"] };
      const outcome = await world.try(runId, [good, change as Change]);
      expect({ change, ok: outcome.ok }).toEqual({ change, ok: false });
    }
    expect(await world.snapshot(runId)).toEqual(before);
    await world.expectSound();
  });

  test("[ST-09] each type of event can be read back as it was written", async (world) => {
    const runId = await world.runIn("poisoned");
    await world.apply(
      runId,
      {
        change: "runResumed",
        actor: human,
        from: "poisoned",
        policy: "ask",
        decisions: [
          {
            nodeExecutionId: world.nodeIdentity(runId, 1).nodeExecutionId,
            decision: { action: "skip_with_output", output: { ok: 1 } },
          },
        ],
      },
      world.nodeChange(runId, 1, "stalled", "completed", {
        actor: human,
        output: payload({ ok: 1 }),
      }),
    );
    const types = new Set((await world.events(runId)).map(({ type }) => type));
    expect(types).toEqual(
      new Set(["run.created", "run.status", "node.status", "workflow_recovery", "run.resumed"]),
    );
    expect(runEventTypes).toHaveLength(12);
  });

  test("trap: history is still there when its run is old, and is read in pages", async (world) => {
    const runId = await world.workingRun();
    for (let tag = 0; tag < 20; tag += 1)
      await world.apply(runId, { change: "runAnnotated", actor: human, tags: [`${tag}`] });
    const all = await world.events(runId);
    const pages = [
      ...(await world.storage.listRunEvents(runId, { after: 0, limit: 10 })),
      ...(await world.storage.listRunEvents(runId, { after: 10, limit: 100 })),
    ];
    expect(pages).toEqual(all);
    expect(await world.storage.listRunEvents(runId, { after: all.length, limit: 10 })).toEqual([]);
    expect(await world.storage.listRunEvents(world.newRunId(), { after: 0, limit: 10 })).toEqual(
      [],
    );
  });
}
