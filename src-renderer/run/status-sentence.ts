import type { RunDetail } from "../../app/contract/run-detail.ts";
import { formatElapsed } from "../format/duration.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { statusLines } from "../messages/status-messages.ts";

/**
 * What the status means for this run, in one line (ui.md §3). `forcedEndAtMs`: when the engine no longer
 * waits for the steps of an ending run; null while that is not known.
 */
export function statusSentence(
  run: RunDetail,
  { nowMs, forcedEndAtMs }: { readonly nowMs: number; readonly forcedEndAtMs: number | null },
): string {
  if (run.closing !== null && run.finishedAt === null) {
    const leftMs = forcedEndAtMs === null ? 0 : forcedEndAtMs - nowMs;
    return leftMs <= 0 ? statusLines.closing : statusLines.closingIn(Math.ceil(leftMs / 1_000));
  }
  switch (run.status) {
    case "queued":
      return run.wakeAt === null
        ? statusLines.queued
        : statusLines.parkedUntil(formatMoment(parseTime(run.wakeAt), nowMs));
    case "running": {
      const beatMs = parseTime(run.heartbeatAt);
      return beatMs === null
        ? statusLines.running
        : statusLines.runningSince(formatElapsed(nowMs - beatMs));
    }
    case "stalled":
      return run.heartbeatAt === null
        ? statusLines.stalled
        : statusLines.stalledAt(formatMoment(parseTime(run.heartbeatAt), nowMs));
    case "awaiting_user":
      return statusLines.awaitingUser;
    case "awaiting_validation":
      return statusLines.awaitingValidation;
    case "completed":
      return statusLines.completed;
    case "completed_with_issues":
      return statusLines.completedWithIssues(run.statusReason);
    case "failed":
      return run.error === null
        ? statusLines.failed
        : statusLines.failedBecause(run.error.message.split("\n")[0] ?? "");
    case "cancelled":
      return run.statusReason === ""
        ? statusLines.cancelled
        : statusLines.cancelledBy(run.statusReason.replace(/^cancelled /, ""));
    case "poisoned":
      return statusLines.poisoned(run.crashCount);
  }
}
