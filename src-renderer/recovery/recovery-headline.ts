import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { recoveryMessages } from "../messages/recovery-messages.ts";
import { readNow } from "../store/second-clock.ts";

/** "3 runs stopped when the app quit at 14:02."; without reason and time where they differ. */
export function recoveryHeadline(
  runs: readonly InterruptedRun[],
  total: number,
  later: number,
): string {
  const first = runs[0];
  const count = Math.max(total - later, runs.length);
  if (first === undefined) return "";
  if (runs.some((run) => run.reason !== first.reason)) return recoveryMessages.stoppedMixed(count);
  const lastMs = Math.max(...runs.map(stoppedAtMs));
  return recoveryMessages.stopped(
    count,
    recoveryMessages.because[first.reason],
    formatMoment(lastMs, readNow()),
  );
}

/** The same of one run, on its own page. */
export function ownHeadline(run: InterruptedRun): string {
  const reason = recoveryMessages.because[run.reason];
  return recoveryMessages.stoppedThis(reason, formatMoment(stoppedAtMs(run), readNow()));
}

/** When it was last known to work: the heartbeat, not the moment at which the app came back. */
export function stoppedAtMs(run: InterruptedRun): number {
  return parseTime(run.lastHeartbeatAt ?? run.stalledAt);
}
