import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PlannedNode } from "../../app/contract/run.ts";
import { noNodes } from "../store/node-table.ts";
import { createTimelineBuilder } from "./build-timeline.ts";

const startedAt = "2026-11-01T12:00:00.000Z";
const run = { startedAt, createdAt: startedAt, finishedAt: null };
const paths = ["a", "b", "c", "d"];
const outline = paths.map((nodeId, index): PlannedNode => {
  return { position: index + 1, nodeId, name: nodeId, type: "x", replay: null, after: [] };
});
const at = (seconds: number): string =>
  new Date(Date.parse(startedAt) + seconds * 1_000).toISOString();

interface Given {
  readonly sequence: number;
  readonly nodePath?: string;
  readonly finished?: boolean;
}

function nodeRow({ sequence, nodePath = "a", finished = false }: Given): NodeRow {
  const status = finished ? "completed" : "running";
  const finishedAt = finished ? at(sequence + 3) : null;
  return {
    nodeExecutionId: `00000000-0000-4000-8000-00000000000${sequence}`,
    runId: "00000000-0000-4000-8000-000000000000",
    sequence,
    nodePath,
    iterationPath: "",
    nodeType: "x",
    replay: "pure",
    status,
    statusReason: "",
    inputRef: null,
    outputRef: null,
    error: null,
    takenEdges: null,
    notBefore: null,
    question: null,
    answerRef: null,
    generation: 0,
    attemptNumber: 1,
    attemptStatus: status,
    lastActor: "engine",
    createdAt: at(sequence),
    startedAt: at(sequence),
    finishedAt,
    name: nodePath,
    currentAttempt: { number: 1, status, startedAt: at(sequence), finishedAt, errorCode: null },
    earlierAttempts: [],
  };
}

describe("the timeline of a run that goes on", () => {
  const none = new Set<string>();

  test("is what a fresh page would show, whatever changed in whatever order", () => {
    const change = fc.record({
      sequence: fc.integer({ min: 1, max: 6 }),
      finished: fc.boolean(),
    });
    const batches = fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 });
    // Two of the six are further executions of a node, one is in no plan.
    const pathOf = ["a", "b", "a", "c", "elsewhere", "b"];
    fc.assert(
      fc.property(batches, fc.array(fc.constantFrom(...paths)), (given, skipped) => {
        const grown = createTimelineBuilder();
        let table = noNodes();
        for (const [index, batch] of given.entries()) {
          const rows = batch.map((one) =>
            nodeRow({ ...one, nodePath: pathOf[one.sequence - 1] ?? "a" }),
          );
          table = table.with(rows);
          const parts = {
            run,
            nodes: table.rows,
            outline,
            gaps: [],
            skipped: index > 3 ? new Set(skipped) : none,
          };
          const fresh = createTimelineBuilder()(parts);
          const shown = grown(parts);
          expect({ ...shown, busy: [] }).toEqual({ ...fresh, busy: [] });
          expect(table.rows.map((row) => row.sequence)).toEqual(
            table.rows.map((row) => row.sequence).toSorted((a, b) => a - b),
          );
          for (const row of table.rows) expect(table.get(row.nodeExecutionId)).toBe(row);
        }
      }),
    );
  });

  test("leaves the rows that did not change as they are", () => {
    const build = createTimelineBuilder();
    const table = noNodes().with([
      nodeRow({ sequence: 1 }),
      nodeRow({ sequence: 2, nodePath: "b" }),
    ]);
    const parts = { run, outline, gaps: [], skipped: none };
    const before = build({ ...parts, nodes: table.rows });
    const next = table.with([nodeRow({ sequence: 2, nodePath: "b", finished: true })]);
    const after = build({ ...parts, nodes: next.rows });
    expect(after.nodes.map((node, index) => node === before.nodes[index])).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(after).toMatchObject({
      busy: [{ startMs: Date.parse(at(2)), endMs: Date.parse(at(5)) }],
      busySinceMs: Date.parse(at(1)),
    });
  });
});
