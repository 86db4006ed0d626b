import { expect, test } from "vitest";
import { nodeExecutionIdOf } from "../../../app/model/execution-id.ts";
import type { NodeStatus } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import { seededRandom } from "../message-fuzzer.fixture.ts";
import { createNodeTally } from "./node-tally.ts";

const runId = "0190f5e0-0000-7000-8000-000000000000";
const path = ["queued", "running", "stalled", "queued", "running", "completed"] as const;

/** The history of `nodes` nodes, each on its way along `path`. */
function historyOf(nodes: number, seed: number): RunEvent[] {
  const random = seededRandom(seed);
  const places = Array.from({ length: nodes }, () => 0);
  return Array.from({ length: nodes * 3 }, (_, index): RunEvent => {
    const node = random.below(nodes);
    const place = Math.min(places[node] ?? 0, path.length - 1);
    places[node] = place + 1;
    const sequence = node + 1;
    const nodeExecutionId = nodeExecutionIdOf(runId, sequence);
    const to = path[place] ?? "completed";
    return {
      id: `${runId}/${index + 1}`, runId, seq: index + 1, at: "2026-11-01T10:00:00.000Z",
      actor: { kind: "engine" }, epoch: 1, groupId: "g", type: "node.status",
      data: { nodeExecutionId, nodePath: `n${sequence}`, iterationPath: "", sequence, to },
    }; // prettier-ignore
  });
}

function statusesAfter(events: readonly RunEvent[]): (NodeStatus | undefined)[] {
  const statuses: (NodeStatus | undefined)[] = [];
  for (const event of events) {
    if (event.type === "node.status") statuses[event.data.sequence] = event.data.to;
  }
  return statuses;
}

test("rows that were read while the run went on, with the events since, end in exact counts", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const history = historyOf(20, seed);
    const exact = createNodeTally(statusesAfter(history)).counts();
    const random = seededRandom(seed);
    const begun = random.below(history.length);
    // Each row was read at a moment of its own between the beginning of the reading and the end.
    const rows = statusesAfter(history.slice(0, begun)).map((_, sequence) => {
      const readAt = begun + random.below(history.length - begun + 1);
      return statusesAfter(history.slice(0, readAt))[sequence];
    });
    const tally = createNodeTally(rows);
    for (const event of history.slice(begun)) tally.apply(event);
    expect({ seed, counts: tally.counts() }).toEqual({ seed, counts: exact });
  }
});
