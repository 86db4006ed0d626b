import fc from "fast-check";
import { expect, test } from "vitest";
import { layersOf } from "./draw-group.ts";
import { commonName } from "./group-siblings.ts";
import { createGroupTotals } from "./group-totals.ts";
import { lane } from "./lane-geometry.ts";
import { createSortedNumbers } from "./sorted-numbers.ts";
import { nodeOf } from "./timeline-nodes.fixture.ts";

test("numbers stay in order, whatever comes and goes", () => {
  const step = fc.record({ value: fc.integer({ min: 0, max: 40 }), isRemoved: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000, size: "max" }), (steps) => {
      const numbers = createSortedNumbers();
      const plain: number[] = [];
      for (const { value, isRemoved } of steps) {
        const at = plain.indexOf(value);
        if (!isRemoved) {
          numbers.add(value);
          plain.push(value);
        } else {
          numbers.remove(value);
          if (at >= 0) plain.splice(at, 1);
        }
      }
      plain.sort((a, b) => a - b);
      expect(Array.from({ length: numbers.size }, (_, index) => numbers.at(index))).toEqual(plain);
      expect(numbers.at(numbers.size)).toBeNull();
    }),
    { numRuns: 40 },
  );
});

test("a group's row says how many are in each status, and how long those took that have ended", () => {
  const totals = createGroupTotals();
  const node = (key: string, status: "completed" | "running" | "pending", endMs: number | null) =>
    nodeOf({ key, status, startMs: 10, endMs });
  // 19 took 1 to 19 ms, one took 500.
  for (let index = 1; index <= 19; index++) {
    totals.take(null, node(`${index}`, "completed", 10 + index));
  }
  totals.take(null, node("slow", "completed", 510));
  totals.take(null, node("last", "running", null));
  totals.take(null, node("late", "pending", null));
  expect(totals.summary()).toEqual({
    counts: [
      { status: "running", count: 1 },
      { status: "completed", count: 20 },
      { status: "pending", count: 1 },
    ],
    startMs: 10,
    endMs: null,
    p50Ms: 10,
    p95Ms: 19,
  });
  totals.take(node("last", "running", null), nodeOf({ key: "last", status: "failed", endMs: 90 }));
  expect(totals.summary()).toEqual({
    counts: [
      { status: "failed", count: 1 },
      { status: "completed", count: 20 },
      { status: "pending", count: 1 },
    ],
    startMs: 0,
    endMs: 510,
    p50Ms: 11,
    p95Ms: 90,
  });
});

test("a group of which nobody has begun has no bar and no durations", () => {
  const totals = createGroupTotals();
  totals.take(null, nodeOf({ key: "a", status: "queued" }));
  expect(totals.summary()).toEqual({
    counts: [{ status: "queued", count: 1 }],
    startMs: null,
    endMs: null,
    p50Ms: null,
    p95Ms: null,
  });
});

test("one failure among 10,000 is seen in the group's bar", () => {
  const summary = {
    counts: [
      { status: "failed" as const, count: 1 },
      { status: "completed" as const, count: 9_999 },
    ],
    startMs: 0,
    endMs: 1,
    p50Ms: 1,
    p95Ms: 1,
  };
  const layers = layersOf({ size: 10_000, summary });
  expect(layers.map(({ status, heightPx }) => [status, Math.floor(heightPx)])).toEqual([
    ["failed", 2],
    ["completed", 11],
  ]);
  expect(layers.reduce((sum, layer) => sum + layer.heightPx, 0)).toBeCloseTo(lane.barPx, 6);
});

test("siblings are called by the words that their names begin with", () => {
  const numbered = (name: string) => Array.from({ length: 12 }, (_, index) => `${name}${index}`);
  expect([
    commonName(numbered("part-")),
    commonName(numbered("Write chapter ")),
    commonName(numbered("part")),
    commonName(["Read apples", "Read art"]),
    commonName(["Fetch", "Fetch"]),
    commonName(["s1", "s2"]),
    commonName(["one", "two"]),
    commonName([]),
  ]).toEqual(["part", "Write chapter", "part", "Read", "Fetch", null, null, null]);
});
