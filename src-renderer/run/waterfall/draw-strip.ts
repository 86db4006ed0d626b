import { statusToken } from "../../status/status-style.ts";
import { isFailure } from "./is-failure.ts";
import type { MinimapPicture, Strip } from "./minimap-strips.ts";
import type { TimelineNode } from "./timeline.ts";

const leastBarPx = 2;

/** Draws the nodes of a strip, failures over the others; says whether one of their bars grows. */
export function drawStrip(
  context: CanvasRenderingContext2D,
  picture: MinimapPicture & { readonly nowMs: number },
  strip: Strip,
): boolean {
  const { palette, scale, rows, nodes } = picture;
  context.clearRect(0, strip.topPx, context.canvas.width, strip.heightPx);
  context.fillStyle = palette.colour("--surface-1");
  for (const { x, widthPx } of scale.bands) {
    context.fillRect(x, strip.topPx, widthPx, strip.heightPx);
  }
  let isGrowing = false;
  const failures: TimelineNode[] = [];
  for (let position = strip.first; position < strip.last; position++) {
    const node = nodes[rows.nodes.placeAt(position) ?? -1];
    if (node === undefined) continue;
    if (isFailure(node.status)) failures.push(node);
    else isGrowing = drawNode(context, picture, strip, node) || isGrowing;
  }
  for (const node of failures) {
    isGrowing = drawNode(context, picture, strip, node) || isGrowing;
  }
  context.globalAlpha = 1;
  return isGrowing;
}

function drawNode(
  context: CanvasRenderingContext2D,
  { palette, scale, nowMs }: MinimapPicture & { readonly nowMs: number },
  strip: Strip,
  node: TimelineNode,
): boolean {
  let isGrowing = false;
  // Where each node has a line of its own, a pixel parts it from the next.
  const heightPx = strip.heightPx > 2 ? strip.heightPx - 1 : strip.heightPx;
  for (const { kind, status, startMs, endMs } of node.segments) {
    if (kind === "queued" || kind === "backoff") continue;
    if (endMs === null) isGrowing = true;
    const x = scale.toX(startMs);
    const width = scale.toX(Math.max(endMs ?? nowMs, startMs)) - x;
    const isWaiting = kind === "awaiting_user" || kind === "awaiting_validation";
    context.globalAlpha = isWaiting && !isFailure(node.status) ? 0.35 : 0.85;
    context.fillStyle = palette.colour(statusToken(status));
    context.fillRect(x, strip.topPx, Math.max(width, leastBarPx), heightPx);
  }
  return isGrowing;
}
