import { expect, test } from "vitest";
import { newRunId, nodeExecutionIdOf } from "../../app/model/execution-id.ts";
import { eventData } from "../../app/model/run-event.ts";
import type { ChangeNodeStatus } from "../../app/storage/change.ts";
import { eventOfChange } from "../../app/storage/event-of-change.ts";
import { checkNodeChange } from "./node-change-check.ts";

const runId = newRunId(1_700_000_000_000, new Uint8Array(10));
const good: ChangeNodeStatus = {
  change: "nodeStatus",
  actor: { kind: "engine" },
  nodeExecutionId: nodeExecutionIdOf(runId, 7),
  sequence: 7,
  nodePath: "a",
  iterationPath: "3/1",
  from: "running",
  to: "completed",
  reason: "done",
  takenEdges: [0, 2],
  notBefore: "2026-01-01T00:00:00.000Z",
  attempt: {
    number: 1,
    status: "failed",
    error: { code: "X", message: "m" },
    metrics: { durationMs: 1, totalTokens: 2, inputTokens: 1, outputTokens: 1, costUsd: 0.1 },
  },
  error: { code: "X", message: "m", retryable: true },
  question: { kind: "approval", text: "?" },
  input: { text: "1", sha256: "a".repeat(64), bytes: 1 },
  output: { text: "1", sha256: "a".repeat(64), bytes: 1 },
  answer: { text: "1", sha256: "a".repeat(64), bytes: 1 },
};

test("[F2] the check by hand accepts and refuses the same as the schema of node.status", () => {
  expect(verdicts(good)).toEqual({ schema: true, byHand: true });
  const values: readonly unknown[] = [
    null,
    "",
    "text",
    0,
    -1,
    0.5,
    7,
    true,
    [],
    [1],
    ["a"],
    {},
    { kind: "x" },
  ];
  for (const path of pathsOf(good)) {
    for (const value of values) {
      const changed = withValue(good, path, value);
      const { schema, byHand } = verdicts(changed);
      const place = `${path.join(".")} = ${JSON.stringify(value)}`;
      // Whatever the schema refuses is refused by hand; ids and times may be checked more strictly.
      if (!schema) expect({ place, byHand }).toEqual({ place, byHand: false });
      else if (!stricter.has(path[0] ?? ""))
        expect({ place, byHand }).toEqual({ place, byHand: true });
    }
  }
});

/** Members of a change that are no part of the event, or that must fit the run. Statuses: by the tables. */
const stricter = new Set([
  "change",
  "actor",
  "nodeExecutionId",
  "sequence",
  "input",
  "output",
  "answer",
  "takenEdges",
]);

function verdicts(change: ChangeNodeStatus): { schema: boolean; byHand: boolean } {
  return {
    schema: succeeds(() => eventData["node.status"].parse(eventOfChange(change).data)),
    byHand: succeeds(() => checkNodeChange(change, runId)),
  };
}

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function pathsOf(change: ChangeNodeStatus): readonly (readonly string[])[] {
  const statuses = new Set(["from", "to", "change", "actor"]);
  return Object.entries<unknown>({ ...change }).flatMap(([key, value]): (readonly string[])[] => {
    if (statuses.has(key)) return [];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [[key]];
    return [
      [key],
      ...Object.keys(value)
        .filter((inner) => inner !== "status" && inner !== "text")
        .map((inner) => [key, inner]),
    ];
  });
}

function withValue(
  change: ChangeNodeStatus,
  [key = "", inner]: readonly string[],
  value: unknown,
): ChangeNodeStatus {
  const copy: Record<string, unknown> = structuredClone({ ...change });
  // A copy with one member replaced by something that its type does not allow: that is the point.
  const part = copy[key];
  if (inner === undefined) copy[key] = value;
  else if (typeof part === "object" && part !== null) copy[key] = { ...part, [inner]: value };
  return copy as unknown as ChangeNodeStatus;
}
