import type { RunRow } from "../../app/contract/run-row.ts";
import { isTerminal } from "../../app/model/job.ts";
import { parseTime } from "../format/time.ts";

export interface RunDuration {
  readonly ms: number;
  /** It grows with the clock. */
  readonly isLive: boolean;
}

/**
 * How long a run took: from its start to its end, or to now while it works. What stands still (stalled,
 * parked, waiting for a person) shows the time it worked, which does not grow.
 */
export function runDuration(
  run: Pick<RunRow, "status" | "startedAt" | "finishedAt" | "runningMs">,
  nowMs: number,
): RunDuration | null {
  const startedMs = parseTime(run.startedAt);
  if (startedMs === null) return null;
  if (isTerminal(run.status)) {
    return { ms: (parseTime(run.finishedAt) ?? startedMs) - startedMs, isLive: false };
  }
  if (run.status === "running") return { ms: nowMs - startedMs, isLive: true };
  return { ms: run.runningMs, isLive: false };
}
