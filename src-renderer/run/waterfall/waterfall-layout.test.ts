import fc from "fast-check";
import { expect, test } from "vitest";
import { axisEndMs } from "./axis-end.ts";
import { createBusySpans } from "./busy-spans.ts";
import { idleSpans } from "./idle-spans.ts";
import { axisTicks } from "./axis-ticks.ts";
import { endAtGap, nodeSegments } from "./node-segments.ts";
import { bandWidthPx, makeTimeScale } from "./time-scale.ts";
import type { TimelineAttempt, TimelineGap } from "./timeline.ts";

const attempt = (given: Partial<TimelineAttempt>): TimelineAttempt => ({
  number: 1,
  status: "completed",
  startMs: 0,
  endMs: 100,
  isInterrupted: false,
  message: null,
  ...given,
});

test("a gap of an hour takes 28 px and the work around it the rest", () => {
  const scale = makeTimeScale({
    startMs: 0,
    endMs: 3_620_000,
    widthPx: 1_028,
    collapsed: [{ startMs: 10_000, endMs: 3_610_000 }],
  });
  expect([0, 10_000, 3_610_000, 3_620_000].map((ms) => scale.toX(ms))).toEqual([
    0, 500, 528, 1_028,
  ]);
  expect(scale.bands).toMatchObject([{ x: 500, widthPx: bandWidthPx }]);
});

test("a scale never goes backwards, and pixels lead back to their moment", () => {
  const span = fc.integer({ min: 1, max: 1e7 });
  const gap = fc.tuple(fc.integer({ min: -1e6, max: 1e7 }), span);
  fc.assert(
    fc.property(
      span,
      fc.array(gap, { maxLength: 6 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }),
      (length, gaps, shares) => {
        const scale = makeTimeScale({
          startMs: 0,
          endMs: length,
          widthPx: 1_000,
          collapsed: gaps.map(([startMs, ms]) => ({ startMs, endMs: startMs + ms })),
        });
        const moments = shares.map((share) => share * length).toSorted((a, b) => a - b);
        const places = moments.map((ms) => scale.toX(ms));
        for (const [index, x] of places.entries()) {
          expect(x).toBeGreaterThanOrEqual((places[index - 1] ?? 0) - 1e-6);
          expect(x).toBeLessThanOrEqual(1_000 + 1e-6);
        }
        for (const x of [0, 250, 999]) expect(scale.toX(scale.toMs(x))).toBeCloseTo(x, 3);
      },
    ),
  );
});

test("ticks are round, apart, and never inside a collapsed gap", () => {
  const scale = makeTimeScale({
    startMs: 0,
    endMs: 120_000,
    widthPx: 600,
    collapsed: [{ startMs: 40_000, endMs: 80_000 }],
  });
  const ticks = axisTicks(scale, { fromX: 0, toX: 600, spacingPx: 80, originMs: 0 });
  expect(ticks.map((tick) => tick.ms)).toEqual([0, 15_000, 30_000, 90_000, 105_000, 120_000]);
});

test("an attempt that a crash cut off ends at the last heartbeat, and nothing is drawn while the app was closed", () => {
  const gaps: readonly TimelineGap[] = [{ kind: "app_closed", startMs: 50, endMs: 500 }];
  const segments = nodeSegments(
    {
      status: "running",
      createdMs: 0,
      finishedMs: null,
      notBeforeMs: null,
      attempts: [
        attempt({ status: "failed", startMs: 10, endMs: 480, isInterrupted: true }),
        attempt({ number: 2, status: "running", startMs: 520, endMs: null }),
      ].map((one) => endAtGap(one, gaps)),
    },
    gaps,
  );
  expect(segments).toEqual([
    { kind: "queued", status: "queued", startMs: 0, endMs: 10 },
    { kind: "earlier", status: "stalled", startMs: 10, endMs: 50 },
    { kind: "queued", status: "queued", startMs: 500, endMs: 520 },
    { kind: "executing", status: "running", startMs: 520, endMs: null },
  ]);
});

test("a failed attempt is followed by its back-off, up to the moment the next one is due", () => {
  const segments = nodeSegments(
    {
      status: "queued",
      createdMs: 0,
      finishedMs: null,
      notBeforeMs: 300,
      attempts: [attempt({ status: "failed", endMs: 100 })],
    },
    [],
  );
  expect(segments).toEqual([
    { kind: "executing", status: "failed", startMs: 0, endMs: 100 },
    { kind: "backoff", status: "queued", startMs: 100, endMs: 300 },
  ]);
});

test("a node that is still interrupted ends in an interrupted bar, with nothing behind it", () => {
  const gaps: readonly TimelineGap[] = [{ kind: "app_closed", startMs: 60, endMs: null }];
  const segments = nodeSegments(
    {
      status: "stalled",
      createdMs: 0,
      finishedMs: null,
      notBeforeMs: null,
      attempts: [endAtGap(attempt({ status: "failed", endMs: 900, isInterrupted: true }), gaps)],
    },
    gaps,
  );
  expect(segments).toEqual([{ kind: "interrupted", status: "stalled", startMs: 0, endMs: 60 }]);
});

test("an approval is one waiting bar, and keeps its length once it was answered", () => {
  const times = { createdMs: 5, notBeforeMs: null, attempts: [] };
  expect(nodeSegments({ ...times, status: "awaiting_user", finishedMs: null }, [])).toEqual([
    { kind: "awaiting_user", status: "awaiting_user", startMs: 5, endMs: null },
  ]);
  expect(nodeSegments({ ...times, status: "completed", finishedMs: 40 }, [])).toEqual([
    { kind: "awaiting_user", status: "completed", startMs: 5, endMs: 40 },
  ]);
});

test("the axis of a live run jumps by a tenth and stands still in between", () => {
  const first = axisEndMs({ startMs: 0, nowMs: 100_000, previousEndMs: null });
  expect([first, axisEndMs({ startMs: 0, nowMs: 105_000, previousEndMs: first })]).toEqual([
    110_000, 110_000,
  ]);
  expect(axisEndMs({ startMs: 0, nowMs: 110_000, previousEndMs: first })).toBe(121_000);
});

test("long stretches without work are idle, whatever waits in them; short ones and gaps are not", () => {
  const bar = (startMs: number, endMs: number, kind: "executing" | "awaiting_user") => ({
    key: `${startMs}`,
    path: `${startMs}`,
    label: "",
    status: "completed" as const,
    attempts: [],
    segments: [{ kind, status: "completed" as const, startMs, endMs }],
  });
  const nodes = [
    bar(620_000, 700_000, "executing"),
    bar(0, 40_000, "executing"),
    bar(40_000, 400_000, "awaiting_user"),
    bar(400_000, 600_000, "executing"),
  ];
  const parts = {
    startMs: 0,
    gaps: [{ kind: "app_closed" as const, startMs: 700_000, endMs: 1_000_000 }],
  };
  const spans = createBusySpans();
  for (const node of nodes) spans.take(node);
  const timeline = { ...parts, busy: spans.spans(), busySinceMs: spans.sinceMs() };
  expect(idleSpans(timeline, 1_000_000)).toEqual([{ startMs: 40_000, endMs: 400_000 }]);
});
