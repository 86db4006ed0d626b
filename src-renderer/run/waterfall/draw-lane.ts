import type { Palette } from "../../theme/palette.ts";
import { drawGroup } from "./draw-group.ts";
import { drawSegment } from "./draw-segment.ts";
import { lane } from "./lane-geometry.ts";
import type { TimeScale } from "./time-scale.ts";
import type { Segment, TimelineGroup } from "./timeline.ts";
import type { Tick } from "./axis-ticks.ts";
import type { WaterfallRow, WaterfallRows } from "./waterfall-rows.ts";

export interface LanePicture {
  readonly rows: WaterfallRows;
  /** The first row that is drawn, and one past the last. */
  readonly first: number;
  readonly last: number;
  readonly scrollTop: number;
  readonly panX: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scale: TimeScale;
  readonly ticks: readonly Tick[];
  readonly nowMs: number;
  readonly isLive: boolean;
  /** "4.2 s" behind a bar. */
  readonly labelOf: (segment: Segment, endMs: number) => string | null;
  /** "p50 1.2 s · p95 3.4 s" behind a group's bar. */
  readonly groupLabelOf: (group: TimelineGroup) => string | null;
  /** Stretches without work, collapsed or not. */
  readonly bands: readonly LaneBand[];
}

export interface LaneBand {
  readonly x: number;
  readonly widthPx: number;
  /** "App closed 1 h 12 min", along it. */
  readonly label: string;
  /** Nothing could run, or it is collapsed. */
  readonly isHatched: boolean;
}

/** Draws the visible rows; the canvas has been cleared and scaled to CSS pixels. */
export function drawLane(
  context: CanvasRenderingContext2D,
  palette: Palette,
  picture: LanePicture,
): void {
  for (const band of picture.bands) drawBand(context, palette, picture, band);
  drawGrid(context, palette, picture);
  context.font = `11px ${palette.colour("--font-ui")}`;
  context.textBaseline = "middle";
  for (let index = picture.first; index < picture.last; index++) {
    const row = picture.rows.at(index)?.row;
    if (row === undefined) continue;
    if (row.kind === "group") drawGroupRow(context, palette, picture, row.group, index);
    else drawRow(context, palette, picture, row, index);
  }
  if (picture.isLive) drawNow(context, palette, picture);
}

function drawGrid(context: CanvasRenderingContext2D, palette: Palette, picture: LanePicture): void {
  context.fillStyle = palette.colour("--line-faint");
  for (const tick of picture.ticks) {
    context.fillRect(Math.round(tick.x - picture.panX), 0, 1, picture.heightPx);
  }
}

/** A stretch without work, with its true length along it. */
function drawBand(
  context: CanvasRenderingContext2D,
  palette: Palette,
  picture: LanePicture,
  band: LaneBand,
): void {
  const { heightPx } = picture;
  const beginPx = band.x - picture.panX;
  const endPx = beginPx + band.widthPx;
  // A stretch at full length may be far wider than the lane.
  const x0 = Math.max(beginPx, -20);
  const x1 = Math.min(endPx, picture.widthPx + 20);
  if (x1 < 0 || x0 > picture.widthPx) return;
  context.save();
  context.beginPath();
  context.rect(x0, 0, x1 - x0, heightPx);
  context.clip();
  context.fillStyle = palette.colour("--surface-1");
  context.fillRect(x0, 0, x1 - x0, heightPx);
  if (band.isHatched) {
    context.strokeStyle = palette.colour("--line");
    context.lineWidth = 1.5;
    context.beginPath();
    // Counted from where the band begins, so that the lines move with it.
    const first = beginPx + Math.ceil((x0 - beginPx) / hatchPx) * hatchPx;
    for (let x = first; x < x1 + heightPx; x += hatchPx) {
      context.moveTo(x, 0);
      context.lineTo(x - heightPx, heightPx);
    }
    context.stroke();
  }
  context.fillStyle = palette.colour("--control-border");
  context.fillRect(beginPx, 0, 1, heightPx);
  context.fillRect(endPx - 1, 0, 1, heightPx);
  drawBandLabel(context, palette, picture, { label: band.label, x0, x1 });
  context.restore();
}

const hatchPx = 7;

function drawBandLabel(
  context: CanvasRenderingContext2D,
  palette: Palette,
  picture: LanePicture,
  { label, x0, x1 }: { readonly label: string; readonly x0: number; readonly x1: number },
): void {
  const { heightPx } = picture;
  context.font = `600 11px ${palette.colour("--font-ui")}`;
  const length = context.measureText(label).width + 14;
  if (x1 - x0 < 16 || length >= heightPx) return;
  // Below the rows where there is room: over a bar it would hide what happened.
  const rowsEndPx = picture.rows.count * lane.rowPx - picture.scrollTop + 10;
  const fitsBelow = rowsEndPx + length < heightPx;
  const middle = fitsBelow ? rowsEndPx + length / 2 : Math.min(heightPx / 2, length / 2 + 24);
  context.translate((x0 + x1) / 2, middle);
  context.rotate(-Math.PI / 2);
  context.fillStyle = palette.colour("--surface-1");
  context.fillRect(-length / 2, -8, length, 16);
  context.fillStyle = palette.colour("--text-muted");
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(label, 0, 0.5);
}

function drawRow(
  context: CanvasRenderingContext2D,
  palette: Palette,
  picture: LanePicture,
  row: Exclude<WaterfallRow, { readonly kind: "group" }>,
  index: number,
): void {
  const y = index * lane.rowPx - picture.scrollTop;
  const segments = row.kind === "node" ? row.node.segments : [attemptSegment(row)];
  let labelled: { readonly segment: Segment; readonly endMs: number; readonly x: number } | null =
    null;
  for (const segment of segments) {
    const endMs = segment.endMs ?? picture.nowMs;
    const x0 = picture.scale.toX(segment.startMs) - picture.panX;
    const x1 = picture.scale.toX(Math.max(endMs, segment.startMs)) - picture.panX;
    if (segment.kind !== "earlier" && segment.kind !== "queued") {
      labelled = { segment, endMs, x: Math.max(x1, x0 + lane.leastBarPx) };
    }
    if (x1 < -40 || x0 > picture.widthPx) continue;
    // A canvas draws badly far outside of itself.
    const place = { x0: Math.max(x0, -20), x1: Math.min(x1, picture.widthPx + 20), y };
    drawSegment(context, palette, segment, place);
  }
  if (labelled === null) return;
  const label = picture.labelOf(labelled.segment, labelled.endMs);
  if (label !== null) drawLabel(context, palette, picture, { label, x: labelled.x, y });
}

function drawGroupRow(
  context: CanvasRenderingContext2D,
  palette: Palette,
  picture: LanePicture,
  group: TimelineGroup,
  index: number,
): void {
  const { startMs, endMs } = group.summary;
  if (startMs === null) return;
  const y = index * lane.rowPx - picture.scrollTop;
  const x0 = picture.scale.toX(startMs) - picture.panX;
  const x1 = picture.scale.toX(Math.max(endMs ?? picture.nowMs, startMs)) - picture.panX;
  if (x1 >= -40 && x0 <= picture.widthPx) {
    const place = { x0: Math.max(x0, -20), x1: Math.min(x1, picture.widthPx + 20), y };
    drawGroup(context, palette, group, place);
  }
  const x = Math.max(x1, x0 + lane.leastBarPx);
  const label = picture.groupLabelOf(group);
  if (label === null || drawLabel(context, palette, picture, { label, x, y })) return;
  drawLabelInside(context, palette, { label, x0, x1: Math.min(x1, picture.widthPx), y });
}

/** What a group's durations are is said even where its bar goes to the end of the lane. */
function drawLabelInside(
  context: CanvasRenderingContext2D,
  palette: Palette,
  at: { readonly label: string; readonly x0: number; readonly x1: number; readonly y: number },
): void {
  const width = context.measureText(at.label).width + 10;
  const left = at.x1 - width - 8;
  if (left < Math.max(at.x0, 0) + 8) return;
  context.fillStyle = palette.colour("--surface-0");
  context.beginPath();
  context.roundRect(left, at.y + lane.barTopPx - 1, width, lane.barPx + 2, lane.radiusPx);
  context.fill();
  context.fillStyle = palette.colour("--text");
  context.textAlign = "left";
  context.fillText(at.label, left + 5, at.y + lane.barTopPx + lane.barPx / 2 + 0.5);
}

/** Behind a bar; false where there is no room for it. */
function drawLabel(
  context: CanvasRenderingContext2D,
  palette: Palette,
  picture: LanePicture,
  at: { readonly label: string; readonly x: number; readonly y: number },
): boolean {
  if (at.x < 0) return false;
  const width = context.measureText(at.label).width;
  const from = at.x + 7;
  const isOverBand = picture.scale.bands.some(
    (band) => from + width > band.x - picture.panX && from < band.x + band.widthPx - picture.panX,
  );
  if (isOverBand || from + width > picture.widthPx) return false;
  context.fillStyle = palette.colour("--text-muted");
  context.textAlign = "left";
  context.fillText(at.label, from, at.y + lane.barTopPx + lane.barPx / 2 + 0.5);
  return true;
}

function attemptSegment(row: Extract<WaterfallRow, { readonly kind: "attempt" }>): Segment {
  const { attempt } = row;
  return {
    kind: attempt.isInterrupted ? "interrupted" : "executing",
    status: attempt.isInterrupted ? "stalled" : attempt.status,
    startMs: attempt.startMs,
    endMs: attempt.endMs,
  };
}

function drawNow(context: CanvasRenderingContext2D, palette: Palette, picture: LanePicture): void {
  const x = picture.scale.toX(picture.nowMs) - picture.panX;
  if (x < 0 || x > picture.widthPx) return;
  context.fillStyle = palette.colour("--status-running");
  context.globalAlpha = 0.45;
  context.fillRect(Math.round(x), 0, 1, picture.heightPx);
  context.globalAlpha = 1;
}
