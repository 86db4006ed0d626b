import { idleSpans } from "./idle-spans.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Where the axis of a live run ends: it jumps ahead by 10% when "now" reaches it, so that bars grow
 * and the picture stands still in between.
 */
export function axisEndMs(options: {
  readonly startMs: number;
  readonly nowMs: number;
  readonly previousEndMs: number | null;
}): number {
  const { startMs, nowMs, previousEndMs } = options;
  if (previousEndMs !== null && previousEndMs > nowMs && previousEndMs > startMs) {
    return previousEndMs;
  }
  return nowMs + Math.max((nowMs - startMs) * 0.1, 1_000);
}

/**
 * The axis of a run that has ended goes on behind its end, so that the last bar has room for its label: by 6% of
 * the time in which it worked, because the rest of the time takes hardly any room.
 */
export function endedAxis(
  timeline: Pick<Timeline, "startMs" | "endMs" | "lastMs" | "gaps" | "busy" | "busySinceMs">,
): { readonly endMs: number; readonly knownMs: number } {
  const { startMs, lastMs, gaps } = timeline;
  const ends = gaps.map((gap) => gap.endMs ?? gap.startMs + 1);
  const knownMs = Math.max(timeline.endMs ?? startMs, lastMs ?? startMs, ...ends);
  const collapsed = [...gaps, ...idleSpans(timeline, knownMs)];
  const collapsedMs = collapsed.reduce((sum, one) => sum + (one.endMs ?? knownMs) - one.startMs, 0);
  const workedMs = Math.max(0, knownMs - startMs - collapsedMs);
  return { endMs: knownMs + Math.max(workedMs * 0.06, 20), knownMs };
}
