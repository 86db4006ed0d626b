import type { ShownStatus } from "../../status/status-style.ts";
import { layOut, type LaidOut } from "./timeline-layout.ts";
import { createTimelineTotals } from "./timeline-totals.ts";
import type { Timeline, TimelineAttempt, TimelineNode } from "./timeline.ts";

/** A node as its status and times have it; each attempt takes them all. */
export function nodeOf(given: {
  readonly key: string;
  readonly status?: ShownStatus;
  readonly startMs?: number;
  readonly endMs?: number | null;
  readonly attempts?: number;
}): TimelineNode {
  const { key, status = "completed", startMs = 0, endMs = 100, attempts = 1 } = given;
  const hasBegun = status !== "pending" && status !== "skipped" && status !== "queued";
  return {
    key,
    path: key,
    label: key,
    status,
    segments: hasBegun ? [{ kind: "executing", status, startMs, endMs }] : [],
    attempts: Array.from({ length: hasBegun ? attempts : 0 }, (_, index): TimelineAttempt => ({
      number: index + 1,
      status,
      startMs,
      endMs,
      isInterrupted: false,
      message: null,
    })),
  };
}

/** `siblings`: the class of each node; those without a name have none. */
export function timelineOf(
  nodes: readonly TimelineNode[],
  siblings: (node: TimelineNode) => string = (node) => node.key,
): Timeline {
  const laid = nodes.map((node): LaidOut => {
    const id = siblings(node);
    return { key: node.key, path: node.path, siblings: { id, groupKey: () => `group ${id}` } };
  });
  const layout = layOut(laid);
  const totals = createTimelineTotals(
    layout,
    layout.groups.map((group) => group.key),
  );
  for (const [place, node] of nodes.entries()) totals.take(place, null, node);
  return { startMs: 0, endMs: null, nodes, layout, gaps: [], ...totals.read() };
}
