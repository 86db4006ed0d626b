import type { TimelineNode } from "./timeline.ts";

/** A node's times without its waiting for a slot. */
export interface NodeSpan {
  /** When it began to work, or to wait for a person. */
  readonly startMs: number;
  /** Null while it works or waits for a person. */
  readonly endMs: number | null;
}

/** Null for a node that has not begun. */
export function spanOf(node: TimelineNode): NodeSpan | null {
  // A back-off ends in the future.
  const worked = node.segments.filter(({ kind }) => kind !== "queued" && kind !== "backoff");
  const first = worked[0];
  const last = worked.at(-1);
  if (first === undefined || last === undefined) return null;
  return { startMs: first.startMs, endMs: last.endMs };
}

/** Where the last bar ends, or begins where it has no end. */
export function lastMsOf(node: TimelineNode): number | null {
  let last: number | null = null;
  for (const { startMs, endMs } of node.segments) last = Math.max(last ?? 0, endMs ?? startMs);
  return last;
}
