import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findFailure } from "./find-failure.ts";
import { nodeOf, timelineOf } from "./timeline-nodes.fixture.ts";
import type { TimelineNode } from "./timeline.ts";
import { createRowsBuilder, type WaterfallRows } from "./waterfall-rows.ts";

/** `first`, 60 siblings of which m40 failed and m50 before it, and `last`; m59 was not reached. */
const members = Array.from({ length: 60 }, (_, index) =>
  nodeOf({
    key: `m${index}`,
    status: index === 40 || index === 50 ? "failed" : index === 59 ? "pending" : "completed",
    // Those with a greater number began earlier.
    startMs: 1_000 - index,
    attempts: index === 50 ? 2 : 1,
  }),
);
const nodes = [nodeOf({ key: "first", attempts: 2 }), ...members, nodeOf({ key: "last" })];
const byLetter = (node: TimelineNode): string => (node.key.startsWith("m") ? "m" : node.key);
const wide = timelineOf(nodes, byLetter);

describe("the rows of a waterfall", () => {
  test("hold an unfolded node and, under it, its attempts", () => {
    const two = [nodeOf({ key: "a", attempts: 2 }), nodeOf({ key: "b" })];
    const rows = createRowsBuilder()(timelineOf(two), new Set(["a", "b"]));
    expect(shown(rows)).toEqual([
      "a level 1, 1 of 2, open",
      "a#1 level 2, 1 of 2",
      "a#2 level 2, 2 of 2",
      "b level 1, 2 of 2",
    ]);
    expect(rows.indexOf("a#2")).toBe(2);
    expect(rows.parentOf(2)).toBe(0);
  });

  test("hold more than 50 siblings as one closed row, where the first of them stands", () => {
    expect(shown(createRowsBuilder()(wide, new Set()))).toEqual([
      "first level 1, 1 of 3, closed",
      "group m level 1, 2 of 3, closed",
      "last level 1, 3 of 3",
    ]);
    const fifty = timelineOf(
      nodes.filter((node) => !/^m5\d/.test(node.key)),
      byLetter,
    );
    expect(fifty.layout.tops).toHaveLength(52);
  });

  test("of an open group: failures first, then by start, who never began at the end", () => {
    const rows = createRowsBuilder()(wide, new Set(["group m", "m50", "first"]));
    const lines = shown(rows);
    expect(lines.slice(3, 9)).toEqual([
      "group m level 1, 2 of 3, open",
      "m50 level 2, 1 of 60, open",
      "m50#1 level 3, 1 of 2",
      "m50#2 level 3, 2 of 2",
      "m40 level 2, 2 of 60",
      "m58 level 2, 3 of 60",
    ]);
    expect(lines.slice(-2)).toEqual(["m59 level 2, 60 of 60", "last level 1, 3 of 3"]);
    expect([rows.parentOf(6), rows.parentOf(7), rows.parentOf(3)]).toEqual([4, 3, null]);
  });

  test("of an open group stay where they are when one fails; opened again, it comes first", () => {
    const build = createRowsBuilder();
    const open = new Set(["group m"]);
    const before = keys(build(wide, open));
    const failed = timelineOf(
      nodes.map((node) => (node.key === "m7" ? nodeOf({ key: "m7", status: "failed" }) : node)),
      byLetter,
    );
    // Another layout, as after a page of the plan: the order is carried over.
    expect(keys(build(failed, open))).toEqual(before);
    build(failed, new Set());
    expect(keys(build(failed, open)).indexOf("m7")).toBe(0);
  });

  test("lead from every row to its key and back, whatever is open", () => {
    const key = fc.constantFrom("first", "last", "group m", "m50", "m40", "nothing");
    fc.assert(
      fc.property(fc.array(key), (opened) => {
        const rows = createRowsBuilder()(wide, new Set(opened));
        for (let index = 0; index < rows.count; index++) {
          const placed = rows.at(index);
          expect(rows.indexOf(placed?.row.key ?? "")).toBe(index);
          const parent = rows.parentOf(index);
          expect(parent === null ? 0 : rows.at(parent)?.level).toBe((placed?.level ?? 0) - 1);
        }
        expect([rows.at(-1), rows.at(rows.count)]).toEqual([null, null]);
      }),
    );
  });

  test("lead from a member of a closed group to the group", () => {
    const rows = createRowsBuilder()(wide, new Set());
    expect([rows.indexOf("m7"), rows.indexOf("m50#2"), rows.indexOf("unknown")]).toEqual([
      1,
      1,
      null,
    ]);
  });
});

describe("the next failure", () => {
  const from = (rows: WaterfallRows, key: string | null, step: 1 | -1): string | null => {
    const row = key === null ? null : (rows.at(rows.indexOf(key) ?? -1)?.row ?? null);
    return findFailure({ timeline: wide, rows, from: row, step });
  };

  test("is found in a closed group as it would be in an open one, and again from the other end", () => {
    for (const opened of [[], ["group m"]]) {
      const rows = createRowsBuilder()(wide, new Set(opened));
      expect([
        from(rows, null, 1),
        from(rows, "first", 1),
        from(rows, "group m", 1),
        from(rows, "last", 1),
        from(rows, "last", -1),
        from(rows, "first", -1),
      ]).toEqual(["m50", "m50", "m50", "m50", "m40", "m40"]);
    }
    const open = createRowsBuilder()(wide, new Set(["group m"]));
    expect([from(open, "m50", 1), from(open, "m40", 1), from(open, "m40", -1)]).toEqual([
      "m40",
      "m50",
      "m50",
    ]);
  });

  test("is nothing where nothing failed", () => {
    const timeline = timelineOf([nodeOf({ key: "a" })]);
    const rows = createRowsBuilder()(timeline, new Set());
    expect(findFailure({ timeline, rows, from: null, step: 1 })).toBeNull();
  });
});

function shown(rows: WaterfallRows): readonly string[] {
  return Array.from({ length: rows.count }, (_, index) => {
    const placed = rows.at(index);
    if (placed === null) return "nothing";
    const { row, level, position, setSize, isOpen } = placed;
    const state = isOpen === null ? "" : isOpen ? ", open" : ", closed";
    return `${row.key} level ${level}, ${position} of ${setSize}${state}`;
  });
}

/** Of the group's members, in the order in which they are shown. */
function keys(rows: WaterfallRows): readonly string[] {
  return Array.from({ length: rows.count }, (_, index) => rows.at(index)?.row.key ?? "").filter(
    (key) => key.startsWith("m"),
  );
}
