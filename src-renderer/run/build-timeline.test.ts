import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NodeRow } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import { noNodes } from "../store/node-table.ts";
import { createTimelineBuilder } from "./build-timeline.ts";
import type { Timeline } from "./waterfall/timeline.ts";
import { createRowsBuilder } from "./waterfall/waterfall-rows.ts";

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
  readonly iterationPath?: string;
}

function nodeRow(given: Given): NodeRow {
  const { sequence, nodePath = "a", finished = false, iterationPath = "" } = given;
  const status = finished ? "completed" : "running";
  const finishedAt = finished ? at(sequence + 3) : null;
  return {
    nodeExecutionId: `00000000-0000-4000-8000-${String(sequence).padStart(12, "0")}`,
    runId: "00000000-0000-4000-8000-000000000000",
    sequence,
    nodePath,
    iterationPath,
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
  // The same list, as the store keeps it: another one would be another picture.
  const gaps: readonly RunGap[] = [];

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
            gaps,
            skipped: index > 3 ? new Set(skipped) : none,
          };
          const fresh = createTimelineBuilder()(parts);
          const shown = grown(parts);
          expect(pictureOf(shown)).toEqual(pictureOf(fresh));
          expect(table.rows.map((row) => row.sequence)).toEqual(
            table.rows.map((row) => row.sequence).toSorted((a, b) => a - b),
          );
          for (const row of table.rows) expect(table.get(row.nodeExecutionId)).toBe(row);
        }
      }),
    );
  });

  test("is also that with groups, in which the steps of a plan and of a loop come, fail and are skipped", () => {
    const wide = Array.from({ length: 60 }, (_, index): PlannedNode => {
      const nodeId = `part-${index}`;
      return { position: index + 1, nodeId, name: nodeId, type: "x", replay: null, after: ["a"] };
    });
    const plan = [...outline.slice(0, 2), ...wide, ...outline.slice(2)];
    const change = fc.record({
      // Sixty parts, as many iterations of a node in no plan, and one that is in the plan alone.
      node: fc.integer({ min: 0, max: 120 }),
      finished: fc.boolean(),
    });
    const batches = fc.array(fc.array(change, { maxLength: 40 }), { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(batches, fc.array(fc.integer({ min: 0, max: 59 })), (given, skipped) => {
        // Sequences grow as nodes are reached.
        const reached = new Map<number, number>();
        const rowFor = ({ node, finished }: { node: number; finished: boolean }): NodeRow => {
          const sequence = reached.get(node) ?? reached.size + 1;
          reached.set(node, sequence);
          if (node === 120) return nodeRow({ sequence, finished });
          if (node < 60) return nodeRow({ sequence, finished, nodePath: `part-${node}` });
          return nodeRow({ sequence, finished, nodePath: "each", iterationPath: String(node) });
        };
        const grown = createTimelineBuilder();
        // All but nine iterations are there from the beginning, so that more come to a group.
        let table = noNodes().with(
          Array.from({ length: 51 }, (_, index) => rowFor({ node: 60 + index, finished: false })),
        );
        for (const [index, batch] of [[], ...given].entries()) {
          table = table.with(batch.map(rowFor));
          const left = index > 2 ? new Set(skipped.map((part) => `part-${part}`)) : none;
          const parts = { run, nodes: table.rows, outline: plan, gaps, skipped: left };
          const shown = pictureOf(grown(parts));
          expect(shown).toEqual(pictureOf(createTimelineBuilder()(parts)));
          expect(shown.groups.map(({ name }) => name)).toEqual(["part", "each"]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("does not move its rows when one more iteration joins many", () => {
    const build = createTimelineBuilder();
    const each = (sequence: number): NodeRow =>
      nodeRow({ sequence, nodePath: "each", iterationPath: String(sequence) });
    const table = noNodes().with(Array.from({ length: 60 }, (_, index) => each(index + 1)));
    const parts = { run, outline, gaps, skipped: none };
    const before = build({ ...parts, nodes: table.rows });
    const after = build({ ...parts, nodes: table.with([each(61)]).rows });
    expect(after.layout).toBe(before.layout);
    expect([before.groups[0]?.size, after.groups[0]?.size]).toEqual([60, 61]);
  });

  test("leaves the rows that did not change as they are", () => {
    const build = createTimelineBuilder();
    const table = noNodes().with([
      nodeRow({ sequence: 1 }),
      nodeRow({ sequence: 2, nodePath: "b" }),
    ]);
    const parts = { run, outline, gaps, skipped: none };
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

/** All that is seen of a timeline, with its groups closed and open; without what only ever grows. */
function pictureOf(timeline: Timeline) {
  const { startMs, endMs, gaps, busySinceMs, lastMs, groups } = timeline;
  const opened = new Set(groups.map(({ key }) => key));
  const closedRows = createRowsBuilder()(timeline, new Set());
  const openRows = createRowsBuilder()(timeline, opened);
  const shown = [closedRows, openRows].map((rows) =>
    Array.from({ length: rows.count }, (_, index) => {
      const placed = rows.at(index);
      if (placed === null) return null;
      expect(rows.indexOf(placed.row.key)).toBe(index);
      return placed.row.kind === "node" ? { ...placed, row: placed.row.node } : placed.row.key;
    }),
  );
  return {
    startMs,
    endMs,
    gaps,
    busySinceMs,
    lastMs,
    shown,
    groups: groups.map(({ key, name, size, summary }) => ({ key, name, size, summary })),
  };
}
