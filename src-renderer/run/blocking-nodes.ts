import type { NodeRow } from "../../app/contract/node-row.ts";
import type { RunDetail } from "../../app/contract/run-detail.ts";

/**
 * What a run waits for, most pressing first: a person, a back-off or timer, work under way. Of a failed
 * run its root cause, of a stalled one what was interrupted. `nodes` stand in the order of their creation.
 */
export function blockingNodes(run: RunDetail, nodes: readonly NodeRow[]): readonly NodeRow[] {
  switch (run.status) {
    case "failed":
    case "completed_with_issues": {
      const failed = nodes.filter((node) => node.status === "failed");
      return failed.toSorted((a, b) => rootRank(run, a) - rootRank(run, b));
    }
    case "stalled":
    case "poisoned":
      return nodes.filter((node) => node.status === "stalled");
    case "completed":
    case "cancelled":
      return [];
    case "queued":
    case "running":
    case "awaiting_user":
    case "awaiting_validation":
      return byUrgency(nodes);
  }
}

/** Of the same urgency the oldest first, as they stand. Asked with each batch, so nothing is sorted. */
function byUrgency(nodes: readonly NodeRow[]): readonly NodeRow[] {
  const levels = Array.from({ length: mostUrgent + 1 }, (): NodeRow[] => []);
  for (const node of nodes) levels[urgency(node)]?.push(node);
  return levels.slice(1).toReversed().flat();
}

const mostUrgent = 5;

function urgency(node: NodeRow): number {
  switch (node.status) {
    case "awaiting_user":
      return mostUrgent;
    case "awaiting_validation":
      return 4;
    case "running":
      return 3;
    case "queued":
      return node.notBefore === null ? 1 : 2;
    case "stalled":
    case "completed":
    case "completed_with_issues":
    case "failed":
    case "cancelled":
      return 0;
  }
}

/** The node that the run's error names comes first, then the one that failed first. */
function rootRank(run: RunDetail, node: NodeRow): number {
  if (run.error?.nodePath === node.nodePath) return -1;
  return Date.parse(node.finishedAt ?? node.createdAt);
}
