import type { NodeRow, ShortAttempt } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { parseTime } from "../format/time.ts";
import type { ShownStatus } from "../status/status-style.ts";
import { createBusySpans, type BusySpans } from "./waterfall/busy-spans.ts";
import { endAtGap, nodeSegments } from "./waterfall/node-segments.ts";
import type { Timeline, TimelineAttempt, TimelineGap, TimelineNode } from "./waterfall/timeline.ts";

interface TimelineParts {
  readonly run: Pick<RunDetail, "startedAt" | "createdAt" | "finishedAt">;
  /** In the order in which they were created. */
  readonly nodes: readonly NodeRow[];
  readonly outline: readonly PlannedNode[];
  readonly gaps: readonly RunGap[];
  /** Paths of nodes that no edge led to. */
  readonly skipped: ReadonlySet<string>;
}

/** What was built last, and where each part of it stands. */
interface Built {
  readonly parts: TimelineParts;
  readonly gaps: readonly TimelineGap[];
  readonly rows: readonly TimelineNode[];
  /** By index in `parts.nodes`: the place in `rows`. */
  readonly places: number[];
  /** By path: places of nodes that were not reached yet. */
  readonly unreached: Map<string, number>;
  readonly busy: BusySpans;
}

/**
 * The picture of a run: a row for each node execution, and one for each node that was not reached. It
 * remembers the picture before: only what changed is made anew, and a row that stayed is the same object.
 */
export function createTimelineBuilder(): (parts: TimelineParts) => Timeline {
  let built: Built | null = null;
  return (parts) => {
    built = (built === null ? null : patch(built, parts)) ?? build(parts, built);
    const { rows, gaps, busy } = built;
    const startMs = parseTime(parts.run.startedAt ?? parts.run.createdAt);
    const endMs = parseTime(parts.run.finishedAt);
    return { startMs, endMs, nodes: rows, gaps, busy: busy.spans(), busySinceMs: busy.sinceMs() };
  };
}

/** Null when a row would change its place, or all of them their look. */
function patch(built: Built, parts: TimelineParts): Built | null {
  const { parts: known, gaps, places, unreached, busy } = built;
  if (known.outline !== parts.outline || known.gaps !== parts.gaps) return null;
  if (known.skipped !== parts.skipped) return null;
  let rows: TimelineNode[] | null = null;
  for (let index = 0; index < parts.nodes.length; index++) {
    const node = parts.nodes[index];
    const before = known.nodes[index];
    if (node === undefined || node === before) continue;
    if (before !== undefined && before.nodeExecutionId !== node.nodeExecutionId) return null;
    const place = before === undefined ? unreached.get(node.nodePath) : places[index];
    if (place === undefined) return null;
    unreached.delete(node.nodePath);
    places[index] = place;
    const row = executedNode(node, gaps);
    rows ??= built.rows.slice();
    rows[place] = row;
    busy.take(row);
  }
  return { ...built, parts, rows: rows ?? built.rows };
}

/** By place in the plan, iterations of a node together: a row never changes its place. */
function build(parts: TimelineParts, built: Built | null): Built {
  const { nodes, outline, skipped } = parts;
  const gaps = parts.gaps.map((gap) => ({
    kind: gap.kind,
    startMs: parseTime(gap.startedAt),
    endMs: parseTime(gap.endedAt),
  }));
  const drawn = new Map<NodeRow, TimelineNode>();
  if (built !== null && built.parts.gaps === parts.gaps) {
    for (const [index, node] of built.parts.nodes.entries()) {
      const row = built.rows[built.places[index] ?? -1];
      if (row !== undefined) drawn.set(node, row);
    }
  }
  const byPath = Map.groupBy(nodes.keys(), (index) => nodes[index]?.nodePath ?? "");
  const rows: TimelineNode[] = [];
  const places: number[] = [];
  const unreached = new Map<string, number>();
  const busy = createBusySpans();
  const addExecuted = (index: number): void => {
    const node = nodes[index];
    if (node === undefined) return;
    const row = drawn.get(node) ?? executedNode(node, gaps);
    places[index] = rows.length;
    rows.push(row);
    busy.take(row);
  };
  for (const plan of outline) {
    const executions = byPath.get(plan.nodeId);
    byPath.delete(plan.nodeId);
    executions?.forEach(addExecuted);
    if (executions !== undefined) continue;
    unreached.set(plan.nodeId, rows.length);
    rows.push(plannedNode(plan, skipped));
  }
  // Not in the plan that is loaded so far, or inside a loop.
  for (const executions of byPath.values()) executions.forEach(addExecuted);
  return { parts, gaps, rows, places, unreached, busy };
}

function plannedNode(plan: PlannedNode, skipped: ReadonlySet<string>): TimelineNode {
  const status = skipped.has(plan.nodeId) ? "skipped" : "pending";
  return { key: plan.nodeId, label: plan.name, status, segments: [], attempts: [] };
}

function executedNode(node: NodeRow, gaps: readonly TimelineGap[]): TimelineNode {
  const attempts = attemptsOf(node).map((attempt) => endAtGap(attempt, gaps));
  const segments = nodeSegments(
    {
      status: node.status,
      createdMs: parseTime(node.createdAt),
      finishedMs: parseTime(node.finishedAt),
      notBeforeMs: parseTime(node.notBefore),
      attempts,
    },
    gaps,
  );
  const label = node.iterationPath === "" ? node.name : `${node.name} [${node.iterationPath}]`;
  return { key: node.nodeExecutionId, label, status: node.status, segments, attempts };
}

function attemptsOf(node: NodeRow): readonly TimelineAttempt[] {
  const { earlierAttempts, currentAttempt } = node;
  const all = currentAttempt === null ? earlierAttempts : [...earlierAttempts, currentAttempt];
  return all.map((attempt) => ({
    number: attempt.number,
    status: shownStatus(node, attempt),
    startMs: parseTime(attempt.startedAt),
    endMs: parseTime(attempt.finishedAt),
    isInterrupted: attempt.errorCode === "INTERRUPTED",
    message: attempt === currentAttempt ? (node.error?.message ?? null) : attempt.errorCode,
  }));
}

/** An attempt knows no issues; its node does. */
function shownStatus(node: NodeRow, attempt: ShortAttempt): ShownStatus {
  const hasIssues = node.status === "completed_with_issues" && attempt.status === "completed";
  return hasIssues ? node.status : attempt.status;
}
