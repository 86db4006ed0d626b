import type { NodeRow, ShortAttempt } from "../../app/contract/node-row.ts";
import type { PlannedNode, RunGap } from "../../app/contract/run.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";
import { parseTime } from "../format/time.ts";
import type { ShownStatus } from "../status/status-style.ts";
import { endAtGap, nodeSegments } from "./waterfall/node-segments.ts";
import type { Timeline, TimelineAttempt, TimelineGap, TimelineNode } from "./waterfall/timeline.ts";

/** The picture of a run: a row for each node execution, and one for each node that was not reached. */
export function buildTimeline(parts: {
  readonly run: RunDetail;
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly outline: readonly PlannedNode[];
  readonly gaps: readonly RunGap[];
  /** Paths of nodes that no edge led to. */
  readonly skipped: ReadonlySet<string>;
}): Timeline {
  const { run, nodes, outline, skipped } = parts;
  const gaps = parts.gaps.map((gap) => ({
    kind: gap.kind,
    startMs: parseTime(gap.startedAt),
    endMs: parseTime(gap.endedAt),
  }));
  const startMs = parseTime(run.startedAt ?? run.createdAt);
  const rows = orderNodes(nodes, outline).map((row) =>
    "nodeExecutionId" in row ? executedNode(row, gaps) : plannedNode(row, skipped),
  );
  return { startMs, endMs: parseTime(run.finishedAt), nodes: rows, gaps };
}

/** By place in the plan, iterations of a node together: a row never changes its place. */
function orderNodes(
  nodes: ReadonlyMap<string, NodeRow>,
  outline: readonly PlannedNode[],
): readonly (NodeRow | PlannedNode)[] {
  const byPath = new Map<string, NodeRow[]>();
  for (const node of nodes.values()) {
    const known = byPath.get(node.nodePath);
    if (known === undefined) byPath.set(node.nodePath, [node]);
    else known.push(node);
  }
  const planned = outline.flatMap((plan): readonly (NodeRow | PlannedNode)[] => {
    const executions = byPath.get(plan.nodeId);
    byPath.delete(plan.nodeId);
    return executions ?? [plan];
  });
  // Not in the plan that is loaded so far, or inside a loop.
  return [...planned, ...[...byPath.values()].flat()];
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
