import { formatDuration } from "../../format/duration.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { idleSpans } from "./idle-spans.ts";
import { bandWidthPx, type TimeScale } from "./time-scale.ts";
import type { Timeline } from "./timeline.ts";

/** A stretch of a run in which nothing executed: a band of 28 px unless a person opened it. */
export interface Stretch {
  /** The same for as long as it begins at the same moment. */
  readonly key: string;
  readonly kind: "app_closed" | "sleep" | "idle";
  readonly startMs: number;
  readonly endMs: number;
  /** Nobody has resumed the run, or it still waits. */
  readonly isUnended: boolean;
}

/**
 * `endMs`: where the axis ends. `knownMs`: up to where is known what worked; the axis of a run that has ended goes
 * on a little behind that, and nobody was idle there.
 */
export function listStretches(
  timeline: Pick<Timeline, "startMs" | "busy" | "busySinceMs" | "gaps">,
  { endMs, knownMs }: { readonly endMs: number; readonly knownMs: number },
): readonly Stretch[] {
  const gaps = timeline.gaps.map((gap) => ({
    key: `${gap.kind} ${gap.startMs}`,
    kind: gap.kind,
    startMs: gap.startMs,
    endMs: gap.endMs ?? endMs,
    isUnended: gap.endMs === null,
  }));
  const idle = idleSpans(timeline, knownMs).map((span) => ({
    key: `idle ${span.startMs}`,
    kind: "idle" as const,
    ...span,
    // To the end of a live axis, which is ahead of now.
    isUnended: span.endMs === endMs,
  }));
  return [...gaps, ...idle].toSorted((a, b) => a.startMs - b.startMs);
}

/** "App closed 1 h 12 min". */
export function nameOfStretch(stretch: Stretch): string {
  if (stretch.isUnended) return runMessages.gapOpen[stretch.kind];
  return runMessages.gap[stretch.kind](formatDuration(stretch.endMs - stretch.startMs));
}

/** What opens a band, or collapses it again; it stands in the axis. */
export interface BandSwitch {
  readonly key: string;
  readonly name: string;
  readonly isOpen: boolean;
  /** Of its stretches: gaps that overlap are one band. */
  readonly keys: readonly string[];
  readonly startMs: number;
  /** In the lane as it is shown. */
  readonly x: number;
}

/** Targets are no smaller. */
export const switchPx = 24;

/**
 * The switches of the bands in view, each over its band, or at the beginning of what is open of it. Where bands
 * are so many that theirs would lie over each other, the later ones have room once the lane is zoomed.
 */
export function listBandSwitches(options: {
  readonly stretches: readonly Stretch[];
  readonly opened: ReadonlySet<string>;
  readonly scale: TimeScale;
  readonly panX: number;
  readonly laneWidthPx: number;
}): readonly BandSwitch[] {
  const { stretches, opened, scale, panX, laneWidthPx } = options;
  const switches: BandSwitch[] = [];
  const add = (
    of: readonly Stretch[],
    place: { readonly isOpen: boolean; readonly fromX: number; readonly toX: number },
  ): void => {
    const [first] = of;
    if (first === undefined || place.toX < 0 || place.fromX >= laneWidthPx) return;
    // In the middle of a band; what is open is left by its beginning, or by the lane's edge behind that.
    const margin = place.isOpen
      ? 2
      : (Math.min(place.toX - place.fromX, bandWidthPx) - switchPx) / 2;
    const x = Math.max(0, Math.min(place.fromX + margin, laneWidthPx - switchPx));
    switches.push({
      key: first.key,
      name: nameOfStretch(first),
      isOpen: place.isOpen,
      keys: of.map(({ key }) => key),
      startMs: first.startMs,
      x,
    });
  };
  for (const band of scale.bands) {
    const inside = stretches.filter(
      ({ key, startMs }) => !opened.has(key) && startMs >= band.startMs - 1 && startMs < band.endMs,
    );
    const fromX = band.x - panX;
    add(inside, { isOpen: false, fromX, toX: fromX + band.widthPx });
  }
  for (const stretch of stretches) {
    if (!opened.has(stretch.key)) continue;
    const fromX = scale.toX(stretch.startMs) - panX;
    add([stretch], { isOpen: true, fromX, toX: scale.toX(stretch.endMs) - panX });
  }
  let freeX = 0;
  return switches
    .toSorted((a, b) => a.x - b.x)
    .filter(({ x }) => {
      if (x < freeX) return false;
      freeX = x + switchPx;
      return true;
    });
}
