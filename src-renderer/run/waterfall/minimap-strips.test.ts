import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createIdleWork } from "./idle-work.ts";
import { createMinimapStrips, type MinimapPicture, type Strip } from "./minimap-strips.ts";
import { makeTimeScale } from "./time-scale.ts";
import { nodeOf, timelineOf } from "./timeline-nodes.fixture.ts";
import type { TimelineNode } from "./timeline.ts";
import { createRowsBuilder, type WaterfallRows } from "./waterfall-rows.ts";

const scale = makeTimeScale({ startMs: 0, endMs: 100, widthPx: 400, collapsed: [] });
const palette = { colour: () => "" };
const groupOfM = (node: TimelineNode): string => (node.key.startsWith("m") ? "m" : node.key);

/** `first`, `count` siblings, `last`. */
function wide(count: number): readonly TimelineNode[] {
  const members = Array.from({ length: count }, (_, index) =>
    nodeOf({ key: `m${index}`, startMs: index, status: index === 70 ? "failed" : "completed" }),
  );
  return [nodeOf({ key: "first" }), ...members, nodeOf({ key: "last", attempts: 2 })];
}

function pictureOf(nodes: readonly TimelineNode[], opened: readonly string[] = []) {
  const timeline = timelineOf(nodes, groupOfM);
  const rows = createRowsBuilder()(timeline, new Set(opened));
  return { rows, nodes, scale, palette } satisfies MinimapPicture;
}

function takeAll(strips: ReturnType<typeof createMinimapStrips>): readonly Strip[] {
  const taken: Strip[] = [];
  for (let strip = strips.take(); strip !== null; strip = strips.take()) taken.push(strip);
  return taken;
}

describe("the strips of the minimap", () => {
  test("hold each node once and fill the 64 px, however many there are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
        const strips = createMinimapStrips();
        const picture = pictureOf(wide(count));
        strips.show(picture);
        const taken = takeAll(strips).toSorted((a, b) => a.index - b.index);
        let position = 0;
        let topPx = 0;
        for (const strip of taken) {
          expect([strip.first, strip.topPx]).toEqual([position, topPx]);
          expect(strip.last).toBeGreaterThan(strip.first);
          position = strip.last;
          topPx += strip.heightPx;
        }
        expect([position, topPx]).toEqual([count + 2, 64]);
      }),
      { numRuns: 40 },
    );
  });

  test("are drawn again where a node changed, and nowhere else", () => {
    const strips = createMinimapStrips();
    const picture = pictureOf(wide(1_000));
    strips.show(picture);
    expect(takeAll(strips)).toHaveLength(64);
    const nodes = picture.nodes.slice();
    nodes[501] = nodeOf({ key: "m500", status: "failed" });
    strips.show({ ...picture, nodes });
    const again = takeAll(strips);
    expect(again.map(({ first, last }) => first <= 501 && 501 < last)).toEqual([true]);
    strips.show({ ...picture, nodes });
    expect(takeAll(strips)).toEqual([]);
  });

  test("are all drawn again for another theme, scale or order", () => {
    const strips = createMinimapStrips();
    const closed = pictureOf(wide(100));
    const open = pictureOf(wide(100), ["group m"]);
    for (const picture of [
      closed,
      { ...closed, palette: { colour: () => "#fff" } },
      { ...closed, scale: makeTimeScale({ startMs: 0, endMs: 9, widthPx: 9, collapsed: [] }) },
      {
        ...open,
        rows: { ...open.rows, nodes: { ...open.rows.nodes, layout: closed.rows.nodes.layout } },
      },
    ]) {
      strips.show(picture);
      expect(takeAll(strips)).toHaveLength(64);
    }
  });

  test("age where a bar grows", () => {
    const strips = createMinimapStrips();
    strips.show(pictureOf(wide(100)));
    const [, second] = takeAll(strips);
    if (second === undefined) throw new Error("There is a second strip.");
    strips.setGrowing(second, true);
    strips.age();
    expect(takeAll(strips)).toEqual([second]);
    strips.setGrowing(second, false);
    strips.age();
    expect(takeAll(strips)).toEqual([]);
  });
});

describe("the minimap's way to the rows", () => {
  const nodes = wide(100);

  test("leads from a position to the row that holds it, and from a row to its nodes", () => {
    const closed = pictureOf(nodes).rows;
    expect([0, 1, 71, 100, 101].map((position) => closed.nodes.rowOf(position))).toEqual([
      0, 1, 1, 1, 2,
    ]);
    expect([0, 1, 2, 3].map((row) => closed.nodes.positionOfRow(row))).toEqual([0, 1, 101, 102]);
    const open = pictureOf(nodes, ["group m", "last"]).rows;
    // The failed one stands first.
    expect(keyAt(open, 1)).toBe("m70");
    expect([0, 1, 100, 101].map((position) => open.nodes.rowOf(position))).toEqual([
      0, 2, 101, 102,
    ]);
    expect([0, 1, 2, 3, 102, 103, 104].map((row) => open.nodes.positionOfRow(row))).toEqual([
      0, 1, 1, 2, 101, 101, 101,
    ]);
  });

  test("leads from every place to its position and back", () => {
    for (const opened of [[], ["group m"]]) {
      const { rows } = pictureOf(nodes, opened);
      for (const place of nodes.keys()) {
        expect(rows.nodes.placeAt(rows.nodes.positionOf(place))).toBe(place);
      }
    }
  });

  function keyAt(rows: WaterfallRows, position: number): string | undefined {
    return nodes[rows.nodes.placeAt(position) ?? -1]?.key;
  }
});

describe("work in idle time", () => {
  test("does as many pieces as there is time for, at least one, and waits again", () => {
    let left = 10;
    const waiting: ((leftMs: () => number) => void)[] = [];
    const work = createIdleWork({
      doPiece: () => {
        left = Math.max(0, left - 1);
        return left > 0;
      },
      waitForIdle: (run) => {
        waiting.push(run);
        return () => void waiting.splice(waiting.indexOf(run), 1);
      },
    });
    work.wake();
    work.wake();
    expect(waiting).toHaveLength(1);
    // There is no time at all: one piece.
    waiting.shift()?.(() => 0);
    expect([left, waiting.length]).toEqual([9, 1]);
    let leftMs = 3;
    waiting.shift()?.(() => leftMs--);
    expect([left, waiting.length]).toEqual([5, 1]);
    waiting.shift()?.(() => 50);
    expect([left, waiting.length]).toEqual([0, 0]);
    work.wake();
    work.stop();
    expect(waiting).toHaveLength(0);
  });
});
