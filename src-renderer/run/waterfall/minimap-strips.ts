import type { Palette } from "../../theme/palette.ts";
import { lane } from "./lane-geometry.ts";
import type { TimeScale } from "./time-scale.ts";
import type { TimelineNode } from "./timeline.ts";
import type { WaterfallRows } from "./waterfall-rows.ts";

/** What the minimap shows; each part is the same object while it says the same. */
export interface MinimapPicture {
  readonly rows: Pick<WaterfallRows, "nodes" | "orders">;
  readonly nodes: readonly TimelineNode[];
  /** Of the whole run. */
  readonly scale: TimeScale;
  readonly palette: Palette;
}

/** A line of the minimap: the nodes from one position to another, drawn over each other. */
export interface Strip {
  readonly index: number;
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
  readonly topPx: number;
  readonly heightPx: number;
}

/** Which strips are not drawn yet, or show what was before. */
export interface MinimapStrips {
  /** Only strips whose nodes have changed are drawn anew, unless the order, the scale or the theme has. */
  show(picture: MinimapPicture): void;
  /** The strips with a bar that grows. */
  age(): void;
  /** The next one to be drawn, which then counts as drawn; null when all of them are. */
  take(): Strip | null;
  /** Said of a strip that was taken: whether a bar in it has no end. */
  setGrowing(strip: Strip, isGrowing: boolean): void;
}

export function createMinimapStrips(): MinimapStrips {
  let shown: MinimapPicture | null = null;
  let count = 0;
  const stale = new Set<number>();
  const growing = new Set<number>();
  const stripOf = (position: number, nodeCount: number): number =>
    Math.min(count - 1, Math.floor((position * count) / nodeCount));
  return {
    show(picture) {
      const before = shown;
      shown = picture;
      const { nodes, rows } = picture;
      if (before === null || !isSamePlan(before, picture)) {
        count = Math.min(rows.nodes.count, lane.minimapPx);
        growing.clear();
        stale.clear();
        for (let index = 0; index < count; index++) stale.add(index);
        return;
      }
      if (before.nodes === nodes) return;
      for (let place = 0; place < nodes.length; place++) {
        if (nodes[place] === before.nodes[place]) continue;
        stale.add(stripOf(rows.nodes.positionOf(place), rows.nodes.count));
      }
    },
    age() {
      for (const index of growing) stale.add(index);
    },
    take() {
      const [index] = stale;
      if (index === undefined || shown === null) return null;
      stale.delete(index);
      const nodeCount = shown.rows.nodes.count;
      // The first position whose strip this is, and that of the next one.
      const first = Math.ceil((index * nodeCount) / count);
      const last = Math.ceil(((index + 1) * nodeCount) / count);
      const topPx = Math.round((index * lane.minimapPx) / count);
      const endPx = Math.round(((index + 1) * lane.minimapPx) / count);
      return { index, first, last, topPx, heightPx: endPx - topPx };
    },
    setGrowing({ index }, isGrowing) {
      if (isGrowing) growing.add(index);
      else growing.delete(index);
    },
  };
}

function isSamePlan(one: MinimapPicture, other: MinimapPicture): boolean {
  return (
    one.scale === other.scale &&
    one.palette === other.palette &&
    one.rows.nodes.count === other.rows.nodes.count &&
    one.rows.nodes.layout === other.rows.nodes.layout &&
    one.rows.orders.size === other.rows.orders.size &&
    [...one.rows.orders].every(([group, order]) => other.rows.orders.get(group) === order)
  );
}
