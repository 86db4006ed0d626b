import { expect, test } from "vitest";
import { findOrderProblems } from "./graph-order.ts";
import type { ShownRun } from "./handshake-json.ts";

const graph = {
  nodes: [{ id: "a" }, { id: "b" }, { id: "c" }],
  edges: [
    { from: "a", to: "c" },
    { from: "b", to: "c" },
  ],
};

test("a history in which everything follows its parents once has no problems", () => {
  expect(
    findOrderProblems(
      graph,
      history(
        ["a", "running"],
        ["b", "running"],
        ["a", "completed"],
        ["b", "completed"],
        ["c", "running"],
        ["c", "completed"],
      ),
    ),
  ).toEqual([]);
});

test("a step that starts early, completes twice or never is named", () => {
  const shown = history(
    ["a", "completed"],
    ["c", "running"],
    ["a", "completed"],
    ["c", "completed"],
  );
  expect(findOrderProblems(graph, shown)).toEqual([
    "c became running before b completed",
    "c became completed before b completed",
    "a completed 2 times",
    "b completed 0 times",
  ]);
});

function history(...changes: [nodeId: string, to: string][]): ShownRun {
  const at = "2026-01-01T00:00:00.000Z";
  return {
    run: { id: "run", status: "completed", lastHeartbeatAt: null },
    nodes: [],
    events: changes.map(([nodeId, to], index) => {
      return { seq: index + 1, type: "node.status", at, nodeId, from: null, to, data: {} };
    }),
  };
}
