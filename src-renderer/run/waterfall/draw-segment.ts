import { statusToken } from "../../status/status-style.ts";
import type { Palette } from "../../theme/palette.ts";
import { lane } from "./lane-geometry.ts";
import type { Segment } from "./timeline.ts";

/** Where a segment stands on the canvas. */
export interface Place {
  readonly x0: number;
  readonly x1: number;
  /** The row's top. */
  readonly y: number;
}

/** Draws one part of a bar. Every kind has its own shape, so that nothing is told by colour alone. */
export function drawSegment(
  context: CanvasRenderingContext2D,
  palette: Palette,
  segment: Segment,
  place: Place,
): void {
  const colour = palette.colour(statusToken(segment.status));
  context.fillStyle = colour;
  context.strokeStyle = colour;
  switch (segment.kind) {
    case "queued":
      context.globalAlpha = 0.55;
      context.fillRect(place.x0, middle(place) - 1, place.x1 - place.x0, lane.linePx);
      context.globalAlpha = 1;
      return;
    case "backoff":
      drawDots(context, place);
      return;
    case "earlier":
      drawEarlier(context, place);
      return;
    case "awaiting_user":
      drawWaiting(context, place, [2, 3], segment.status);
      return;
    case "awaiting_validation":
      drawWaiting(context, place, [6, 3], segment.status);
      return;
    case "interrupted":
      drawInterrupted(context, place);
      return;
    case "executing":
      drawExecuting(context, palette, segment, place);
  }
}

function middle(place: Place): number {
  return place.y + lane.barTopPx + lane.barPx / 2;
}

function widthOf(place: Place): number {
  return Math.max(place.x1 - place.x0, lane.leastBarPx);
}

function drawDots(context: CanvasRenderingContext2D, place: Place): void {
  for (let x = place.x0 + 2; x < place.x1 - 1; x += 6) {
    context.fillRect(x, middle(place) - 1, 2, 2);
  }
}

function drawEarlier(context: CanvasRenderingContext2D, place: Place): void {
  context.globalAlpha = 0.85;
  context.fillRect(place.x0, place.y + lane.earlierTopPx, widthOf(place), lane.earlierPx);
  context.globalAlpha = 1;
}

function drawWaiting(
  context: CanvasRenderingContext2D,
  place: Place,
  dash: number[],
  status: Segment["status"],
): void {
  const top = middle(place) - lane.waitingPx / 2;
  context.globalAlpha = 0.16;
  context.fillRect(place.x0, top, widthOf(place), lane.waitingPx);
  context.globalAlpha = 1;
  context.setLineDash(dash);
  context.lineWidth = 1.5;
  context.strokeRect(
    place.x0 + 0.75,
    top + 0.75,
    Math.max(widthOf(place) - 1.5, 1),
    lane.waitingPx - 1.5,
  );
  context.setLineDash([]);
  // It was answered: the bar has a firm end.
  if (status !== "awaiting_user" && status !== "awaiting_validation") {
    context.fillRect(place.x1 - 2, top - 2, 2, lane.waitingPx + 4);
  }
}

/** Solid to the last heartbeat, then a torn edge. */
function drawInterrupted(context: CanvasRenderingContext2D, place: Place): void {
  const top = place.y + lane.barTopPx;
  const teeth = 3;
  const tooth = lane.barPx / teeth;
  const right = place.x0 + Math.max(widthOf(place), 6);
  context.beginPath();
  context.moveTo(place.x0, top);
  context.lineTo(right, top);
  for (let index = 0; index < teeth; index++) {
    context.lineTo(right - 6, top + tooth * (index + 0.5));
    context.lineTo(right, top + tooth * (index + 1));
  }
  context.lineTo(place.x0, top + lane.barPx);
  context.closePath();
  context.globalAlpha = 0.85;
  context.fill();
  context.globalAlpha = 1;
}

function drawExecuting(
  context: CanvasRenderingContext2D,
  palette: Palette,
  segment: Segment,
  place: Place,
): void {
  const top = place.y + lane.barTopPx;
  const width = widthOf(place);
  if (segment.status === "cancelled") {
    drawHatched(context, place);
    return;
  }
  if (segment.status === "running") {
    drawOpen(context, place, { width, colour: palette.colour(statusToken(segment.status)) });
    return;
  }
  context.globalAlpha = segment.status === "completed" ? 0.82 : 0.9;
  context.beginPath();
  context.roundRect(place.x0, top, width, lane.barPx, Math.min(lane.radiusPx, width / 2));
  context.fill();
  context.globalAlpha = 1;
  if (segment.status === "failed") {
    // An end cap: it stopped here.
    context.fillRect(place.x0 + width - 3, top - 3, 3, lane.barPx + 6);
  }
  if (segment.status === "completed_with_issues" && width > 8) {
    context.clearRect(place.x0 + width - 6, top, 2, lane.barPx / 2);
  }
}

/** A running bar has no right edge: it is still growing. */
function drawOpen(
  context: CanvasRenderingContext2D,
  place: Place,
  { width, colour }: { readonly width: number; readonly colour: string },
): void {
  const top = place.y + lane.barTopPx;
  const fade = Math.min(14, width / 2);
  const edge = Math.round(place.x0 + width - fade);
  context.beginPath();
  context.roundRect(place.x0, top, edge - place.x0, lane.barPx, [
    lane.radiusPx,
    0,
    0,
    lane.radiusPx,
  ]);
  context.fill();
  const gradient = context.createLinearGradient(edge, 0, edge + fade, 0);
  gradient.addColorStop(0, colour);
  gradient.addColorStop(1, isHex(colour) ? `${colour}00` : colour);
  context.fillStyle = gradient;
  context.fillRect(edge, top, fade, lane.barPx);
}

/** Forced colours have names, which take no alpha. */
function isHex(colour: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(colour);
}

function drawHatched(context: CanvasRenderingContext2D, place: Place): void {
  const top = place.y + lane.barTopPx;
  const width = widthOf(place);
  context.save();
  context.beginPath();
  context.roundRect(place.x0, top, width, lane.barPx, Math.min(lane.radiusPx, width / 2));
  context.globalAlpha = 0.18;
  context.fill();
  context.clip();
  context.globalAlpha = 0.9;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = place.x0 - lane.barPx; x < place.x0 + width; x += 6) {
    context.moveTo(x, top + lane.barPx);
    context.lineTo(x + lane.barPx, top);
  }
  context.stroke();
  context.restore();
}
