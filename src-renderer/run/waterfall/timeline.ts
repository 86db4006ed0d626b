import type { ShownStatus } from "../../status/status-style.ts";

/** What the waterfall draws, in milliseconds since 1970; an end of null is "now". */
export interface Timeline {
  readonly startMs: number;
  /** When the run ended; null while it may go on. */
  readonly endMs: number | null;
  /** By place: a node keeps its place while the layout stays. In which order they stand the layout says. */
  readonly nodes: readonly TimelineNode[];
  readonly layout: Layout;
  /** By their number in the layout. */
  readonly groups: readonly TimelineGroup[];
  readonly gaps: readonly TimelineGap[];
  /** When anything executed: in order, without overlaps. */
  readonly busy: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Since when something executes that has not ended. */
  readonly busySinceMs: number | null;
  /** Where the last bar ends, or begins where it has no end; null while nothing has begun. */
  readonly lastMs: number | null;
}

/** What stands where; the same object until something moves. Only that of the newest timeline may be asked. */
export interface Layout {
  readonly tops: readonly Top[];
  /** By an execution's id or a node's path. */
  placeOf(key: string): number | undefined;
  topOf(place: number): number;
  /** The number of the group with this key. */
  groupOf(key: string): number | undefined;
  /** The number of the group that a node is a member of, and which of its members it is. */
  memberOf(place: number): Member | null;
}

/** A row of the first level: a node, or a group of siblings. */
export type Top =
  | { readonly kind: "node"; readonly place: number }
  | { readonly kind: "group"; readonly group: number };

export interface Member {
  readonly group: number;
  readonly index: number;
}

/** Many siblings in one row (group-siblings.ts). A new object whenever one of them changes. */
export interface TimelineGroup {
  readonly key: string;
  /** What its members have in common. */
  readonly name: string;
  /** Places of its members, as the plan has them. It only ever grows: `size` of them are in this picture. */
  readonly places: readonly number[];
  readonly size: number;
  readonly summary: GroupSummary;
}

export interface GroupSummary {
  /** How many are in each status that occurs, what needs attention first. */
  readonly counts: readonly { readonly status: ShownStatus; readonly count: number }[];
  /** When the first one began to work; null while none has. */
  readonly startMs: number | null;
  /** When the last one ended; null while one is at work. */
  readonly endMs: number | null;
  /** Of the durations of those that have ended; null while none has. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface TimelineNode {
  /** Node execution id, or the node's path where there is no execution yet. */
  readonly key: string;
  /** The node's path and iteration: the same before and after it is reached. */
  readonly path: string;
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
