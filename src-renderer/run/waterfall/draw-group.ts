import { statusToken } from "../../status/status-style.ts";
import type { Palette } from "../../theme/palette.ts";
import type { Place } from "./draw-segment.ts";
import { lane } from "./lane-geometry.ts";
import type { TimelineGroup } from "./timeline.ts";

/** However few they are: a failure among 10,000 must be seen. */
const leastLayerPx = 2;

/**
 * The bar of many siblings, from the first start to the last end: layers as high as the share of each status,
 * between two brackets that tell it from the bar of one node. It is open on the right while one works.
 */
export function drawGroup(
  context: CanvasRenderingContext2D,
  palette: Palette,
  group: TimelineGroup,
  place: Place,
): void {
  const { endMs } = group.summary;
  const top = place.y + lane.barTopPx;
  const width = Math.max(place.x1 - place.x0, lane.leastBarPx);
  let y = top;
  for (const layer of layersOf(group)) {
    context.globalAlpha = layer.isHollow ? 0.2 : 0.82;
    context.fillStyle = palette.colour(statusToken(layer.status));
    context.fillRect(place.x0, y, width, layer.heightPx);
    y += layer.heightPx;
  }
  context.globalAlpha = 1;
  context.fillStyle = palette.colour("--text-muted");
  const bracket = Math.min(2, width / 3);
  context.fillRect(place.x0, top - 3, bracket, lane.barPx + 6);
  if (endMs !== null) {
    context.fillRect(place.x0 + width - bracket, top - 3, bracket, lane.barPx + 6);
  }
}

interface Layer {
  readonly status: TimelineGroup["summary"]["counts"][number]["status"];
  readonly heightPx: number;
  /** Not begun, or left out. */
  readonly isHollow: boolean;
}

/** From the top: what needs attention first. Together they are as high as a bar. */
export function layersOf({ size, summary }: Pick<TimelineGroup, "size" | "summary">): Layer[] {
  const { counts } = summary;
  const sharedPx = lane.barPx - counts.length * leastLayerPx;
  return counts.map(({ status, count }) => ({
    status,
    heightPx: leastLayerPx + (Math.max(0, sharedPx) * count) / size,
    isHollow: status === "pending" || status === "skipped" || status === "queued",
  }));
}
