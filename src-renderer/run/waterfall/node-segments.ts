import type { ShownStatus } from "../../status/status-style.ts";
import type { Segment, TimelineAttempt, TimelineGap } from "./timeline.ts";

export interface NodeTimes {
  readonly status: ShownStatus;
  readonly createdMs: number;
  readonly finishedMs: number | null;
  /** When the next attempt, or a delay, is due. */
  readonly notBeforeMs: number | null;
  /** Interrupted ones end where their gap begins: see `endAtGap`. */
  readonly attempts: readonly TimelineAttempt[];
}

/** The parts of a node's bar, oldest first (ui.md §9). */
export function nodeSegments(node: NodeTimes, gaps: readonly TimelineGap[]): readonly Segment[] {
  if (node.status === "pending" || node.status === "skipped") return [];
  const { attempts } = node;
  const first = attempts[0];
  if (first === undefined) return waitingOnly(node, gaps);
  const segments: Segment[] = outsideGaps(line("queued", node.createdMs, first.startMs), gaps);
  for (const [index, attempt] of attempts.entries()) {
    const next = attempts[index + 1];
    segments.push(attemptSegment(attempt, next !== undefined));
    if (next !== undefined && attempt.endMs !== null) {
      // After an interruption nothing backs off: the next attempt follows its resume.
      const kind = attempt.isInterrupted ? "queued" : "backoff";
      segments.push(...outsideGaps(line(kind, attempt.endMs, next.startMs), gaps));
    }
  }
  const last = attempts.at(-1);
  if (last !== undefined && last.endMs !== null) {
    segments.push(...outsideGaps(afterLast(node, last.endMs), gaps));
  }
  return segments;
}

/** An interrupted attempt is closed when the app starts again; it ran until the last heartbeat. */
export function endAtGap(attempt: TimelineAttempt, gaps: readonly TimelineGap[]): TimelineAttempt {
  if (!attempt.isInterrupted) return attempt;
  const gap = gaps.find(
    (one) =>
      one.startMs >= attempt.startMs && (attempt.endMs === null || one.startMs <= attempt.endMs),
  );
  return gap === undefined ? attempt : { ...attempt, endMs: gap.startMs };
}

function attemptSegment(attempt: TimelineAttempt, isSuperseded: boolean): Segment {
  const kind = isSuperseded ? "earlier" : attempt.isInterrupted ? "interrupted" : "executing";
  const status = attempt.isInterrupted ? "stalled" : attempt.status;
  return { kind, status, startMs: attempt.startMs, endMs: attempt.endMs };
}

/** Approvals, delays and nodes without a slot have no attempt. */
function waitingOnly(node: NodeTimes, gaps: readonly TimelineGap[]): readonly Segment[] {
  const { status, createdMs, finishedMs } = node;
  if (status === "awaiting_user" || status === "awaiting_validation") {
    return [{ kind: status, status, startMs: createdMs, endMs: null }];
  }
  if (finishedMs !== null) {
    // It waited for an answer or a moment, and got it.
    return [{ kind: "awaiting_user", status, startMs: createdMs, endMs: finishedMs }];
  }
  return outsideGaps({ ...line("queued", createdMs, node.notBeforeMs), status }, gaps);
}

function afterLast(node: NodeTimes, endMs: number): Segment {
  switch (node.status) {
    case "awaiting_user":
    case "awaiting_validation":
      return { kind: node.status, status: node.status, startMs: endMs, endMs: null };
    case "queued":
      return line(node.notBeforeMs === null ? "queued" : "backoff", endMs, node.notBeforeMs);
    case "pending":
    case "skipped":
    case "running":
    case "stalled":
    case "completed":
    case "completed_with_issues":
    case "failed":
    case "cancelled":
    case "poisoned":
      return line("queued", endMs, endMs);
  }
}

function line(kind: "queued" | "backoff", startMs: number, endMs: number | null): Segment {
  return { kind, status: "queued", startMs, endMs };
}

/** Nothing waits while the app is closed: the line stops at a gap and goes on behind it. */
function outsideGaps(segment: Segment, gaps: readonly TimelineGap[]): Segment[] {
  let pieces: Segment[] = [segment];
  for (const gap of gaps) {
    pieces = pieces.flatMap((piece) => {
      const gapEnd = gap.endMs ?? Number.POSITIVE_INFINITY;
      const pieceEnd = piece.endMs ?? Number.POSITIVE_INFINITY;
      if (gapEnd <= piece.startMs || gap.startMs >= pieceEnd) return [piece];
      const before = { ...piece, endMs: gap.startMs };
      const after = { ...piece, startMs: gapEnd };
      return [
        ...(before.endMs > before.startMs ? [before] : []),
        ...(pieceEnd > gapEnd ? [after] : []),
      ];
    });
  }
  return pieces.filter((piece) => piece.endMs === null || piece.endMs > piece.startMs);
}
