import type { ShownStatus } from "../../status/status-style.ts";
import { spanOf } from "./node-times.ts";
import { createSortedNumbers, type SortedNumbers } from "./sorted-numbers.ts";
import type { GroupSummary, TimelineNode } from "./timeline.ts";

/** What a group row says of its members, kept up to date by those that changed. */
export interface GroupTotals {
  /** `before`: the same member as it was taken last; null for a new one. */
  take(before: TimelineNode | null, after: TimelineNode): void;
  summary(): GroupSummary;
}

export function createGroupTotals(): GroupTotals {
  const counts = new Map<ShownStatus, number>();
  const starts = createSortedNumbers();
  const ends = createSortedNumbers();
  const durations = createSortedNumbers();
  let working = 0;
  const count = (node: TimelineNode, step: 1 | -1): void => {
    counts.set(node.status, (counts.get(node.status) ?? 0) + step);
    const span = spanOf(node);
    if (span === null) return;
    change(starts, span.startMs, step);
    if (span.endMs === null) working += step;
    else change(ends, span.endMs, step);
    const tookMs = durationOf(node);
    if (tookMs !== null) change(durations, tookMs, step);
  };
  return {
    take(before, after) {
      if (before !== null) count(before, -1);
      count(after, 1);
    },
    summary: () => ({
      counts: attentionOrder.flatMap((status) => {
        const members = counts.get(status) ?? 0;
        return members === 0 ? [] : [{ status, count: members }];
      }),
      startMs: starts.at(0),
      endMs: working > 0 ? null : ends.at(ends.size - 1),
      p50Ms: quantile(durations, 0.5),
      p95Ms: quantile(durations, 0.95),
    }),
  };
}

/** What needs attention comes first. */
const attentionOrder: readonly ShownStatus[] = [
  "failed",
  "poisoned",
  "stalled",
  "completed_with_issues",
  "awaiting_user",
  "awaiting_validation",
  "running",
  "queued",
  "cancelled",
  "completed",
  "skipped",
  "pending",
];

/** Of a member that has ended; one that was cancelled before it began has none. */
function durationOf(node: TimelineNode): number | null {
  switch (node.status) {
    case "completed":
    case "completed_with_issues":
    case "failed":
    case "cancelled": {
      if (node.status === "cancelled" && node.attempts.length === 0) return null;
      const span = spanOf(node);
      return span === null || span.endMs === null ? null : span.endMs - span.startMs;
    }
    case "poisoned":
    case "stalled":
    case "awaiting_user":
    case "awaiting_validation":
    case "running":
    case "queued":
    case "skipped":
    case "pending":
      return null;
  }
}

/** The nearest rank: always a duration that was measured. */
function quantile(sorted: SortedNumbers, share: number): number | null {
  return sorted.at(Math.max(0, Math.ceil(sorted.size * share) - 1));
}

function change(numbers: SortedNumbers, value: number, step: 1 | -1): void {
  if (step === 1) numbers.add(value);
  else numbers.remove(value);
}
