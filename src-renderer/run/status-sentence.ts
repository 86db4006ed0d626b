import type { RunDetail } from "../../app/contract/run-detail.ts";
import { formatElapsed } from "../format/duration.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { statusLines } from "../messages/status-messages.ts";

/** What the status means for this run, in one line (ui.md §3). */
export function statusSentence(run: RunDetail, nowMs: number): string {
  if (run.closing !== null && run.finishedAt === null) return statusLines.closing;
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
      return statusLines.completedWithIssues;
    case "failed":
      return run.error === null
        ? statusLines.failed
        : statusLines.failedBecause(run.error.message.split("\n")[0] ?? "");
    case "cancelled":
      return run.statusReason === ""
        ? statusLines.cancelled
        : statusLines.cancelledBy(run.statusReason);
    case "poisoned":
      return statusLines.poisoned(run.crashCount);
  }
}
