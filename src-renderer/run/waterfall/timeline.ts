import type { ShownStatus } from "../../status/status-style.ts";

/** What the waterfall draws, in milliseconds since 1970; an end of null is "now". */
export interface Timeline {
  readonly startMs: number;
  /** When the run ended; null while it may go on. */
  readonly endMs: number | null;
  readonly nodes: readonly TimelineNode[];
  readonly gaps: readonly TimelineGap[];
  /** When anything executed: in order, without overlaps. */
  readonly busy: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Since when something executes that has not ended. */
  readonly busySinceMs: number | null;
}

export interface TimelineNode {
  /** Node execution id, or the node's path where there is no execution yet. */
  readonly key: string;
  readonly label: string;
  readonly status: ShownStatus;
  readonly segments: readonly Segment[];
  readonly attempts: readonly TimelineAttempt[];
}

export interface TimelineAttempt {
  readonly number: number;
  readonly status: ShownStatus;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly isInterrupted: boolean;
  readonly message: string | null;
}

export type SegmentKind =
  | "queued"
  | "backoff"
  | "executing"
  | "interrupted"
  | "awaiting_user"
  | "awaiting_validation"
  /** An attempt that a later one replaced: a thin strip above the row. */
  | "earlier";

export interface Segment {
  readonly kind: SegmentKind;
  readonly status: ShownStatus;
  readonly startMs: number;
  readonly endMs: number | null;
}

/** A stretch in which nothing could run: collapsed to a band, whatever its length. */
export interface TimelineGap {
  readonly kind: "app_closed" | "sleep";
  readonly startMs: number;
  /** Null while nobody has resumed the run. */
  readonly endMs: number | null;
}
