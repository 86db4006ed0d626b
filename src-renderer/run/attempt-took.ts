import type { RunGap } from "../../app/contract/run.ts";
import { parseTime } from "../format/time.ts";

/**
 * How long an attempt worked. One that a crash cut off is closed when the app starts again, but worked
 * only until the gap began.
 */
export function attemptTookMs(
  attempt: {
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly errorCode: string | null;
  },
  gaps: readonly RunGap[],
  nowMs: number,
): number {
  const startMs = parseTime(attempt.startedAt);
  const endMs = parseTime(attempt.finishedAt) ?? nowMs;
  if (attempt.errorCode !== "INTERRUPTED") return endMs - startMs;
  const gapMs = gaps
    .map((gap) => parseTime(gap.startedAt))
    .find((ms) => ms >= startMs && ms <= endMs);
  return (gapMs ?? endMs) - startMs;
}
