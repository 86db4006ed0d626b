import { expect, test } from "vitest";
import { prove, type Evidence } from "./demo-proof.ts";
import type { ShownRun } from "./handshake-json.ts";

const at = "2026-01-01T00:00:00.000Z";

test("what a durable engine leaves behind holds", () => {
  expect(broken({})).toEqual([]);
});

test("a turn that was saved and ran again is found in the ledger", () => {
  expect(broken({ ledger: ["one: a", "two: a", "two: a", "two: b"] })).toEqual([
    "none of the 2 turns that were saved ran again",
    "at most the one turn under way was repeated",
  ]);
});

test("the turn under way may have run twice, no other", () => {
  expect(broken({ ledger: ["one: a", "two: a", "two: b", "two: b"] })).toEqual([]);
  expect(broken({ ledger: ["one: a", "two: a", "two: b", "two: b", "two: b"] })).toEqual([
    "at most the one turn under way was repeated",
  ]);
});

test("a turn that never ran is found", () => {
  expect(broken({ ledger: ["one: a", "two: a"] })).toEqual(["every turn has run"]);
});

test("a step that was done and started again is found in the history and in its row", () => {
  const again = after();
  again.events.push(event("node.status", "one", "running"));
  again.nodes[0]?.attempts.push({ number: 2, status: "completed" });
  expect(broken({ after: again })).toEqual([
    "none of the 1 steps that were done started again",
    "their rows did not change",
  ]);
});

test("a run that did not complete, and a missing recovery event, are found", () => {
  const failed = after();
  failed.run.status = "failed";
  failed.events = failed.events.filter(({ type }) => type !== "workflow_recovery");
  expect(broken({ after: failed })).toEqual([
    "the run ended as completed",
    "one recovery event tells what happened",
  ]);
});

function broken(changed: Partial<Evidence>): string[] {
  const ledger = ["one: a", "two: a", "two: b"];
  return prove({ before: before(), after: after(), ledger, ...changed })
    .filter(({ holds }) => !holds)
    .map(({ claim }) => claim);
}

function before(): ShownRun {
  return {
    run: { id: "run", status: "running", lastHeartbeatAt: at },
    nodes: [node("one", "completed"), node("two", "running")],
    events: [
      event("node.status", "one", "running"),
      event("step.recorded", "one", null, "a"),
      event("node.status", "one", "completed"),
      event("node.status", "two", "running"),
      event("step.recorded", "two", null, "a"),
    ],
  };
}

function after(): ShownRun {
  return {
    run: { id: "run", status: "completed", lastHeartbeatAt: at },
    nodes: [node("one", "completed"), node("two", "completed")],
    events: [
      ...before().events,
      event("workflow_recovery", null, "stalled"),
      event("node.status", "two", "running"),
      event("step.recorded", "two", null, "b"),
      event("node.status", "two", "completed"),
    ],
  };
}

function node(nodeId: string, status: string): ShownRun["nodes"][number] {
  return {
    nodeId,
    status,
    finishedAt: status === "completed" ? at : null,
    attempts: [{ number: 1, status }],
  };
}

function event(
  type: string,
  nodeId: string | null,
  to: string | null,
  name?: string,
): ShownRun["events"][number] {
  const isStep = type === "step.recorded";
  const data = { nodeExecutionId: `${nodeId}-execution`, ...(name === undefined ? {} : { name }) };
  return { seq: 1, type, at, nodeId: isStep ? null : nodeId, from: null, to, data };
}
