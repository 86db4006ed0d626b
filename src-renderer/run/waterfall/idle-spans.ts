import type { Timeline } from "./timeline.ts";

export const leastIdleMs = 30_000;
const leastIdleShare = 0.05;

/**
 * Stretches longer than max(30 s, 5% of the run) in which nothing executes, though something may wait:
 * they are collapsed like gaps, so that an approval of three hours does not flatten a minute of work.
 */
export function idleSpans(
  timeline: Pick<Timeline, "startMs" | "busy" | "busySinceMs" | "gaps">,
  endMs: number,
): readonly { readonly startMs: number; readonly endMs: number }[] {
  const least = Math.max(leastIdleMs, (endMs - timeline.startMs) * leastIdleShare);
  const busy = [...timeline.busy];
  if (timeline.busySinceMs !== null) busy.push({ startMs: timeline.busySinceMs, endMs });
  // A gap has its own band.
  for (const gap of timeline.gaps) busy.push({ startMs: gap.startMs, endMs: gap.endMs ?? endMs });
  const idle: { startMs: number; endMs: number }[] = [];
  let reachedMs = timeline.startMs;
  for (const one of busy.toSorted((a, b) => a.startMs - b.startMs)) {
    if (one.startMs - reachedMs >= least) idle.push({ startMs: reachedMs, endMs: one.startMs });
    reachedMs = Math.max(reachedMs, one.endMs);
  }
  if (endMs - reachedMs >= least) idle.push({ startMs: reachedMs, endMs });
  return idle;
}
