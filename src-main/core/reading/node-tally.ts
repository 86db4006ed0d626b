import type { NodeCounts } from "../../../app/contract/run-detail.ts";
import { NodeStatus } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";

/**
 * How many nodes of a run are in each state, kept up to date by its events. It may begin with rows that
 * are newer than the first events: a node's last event decides, so it ends exact all the same.
 */
export interface NodeTally {
  apply(event: RunEvent): void;
  counts(): NodeCounts;
}

/** `statuses` by the nodes' sequence, from 1. */
export function createNodeTally(statuses: readonly (NodeStatus | undefined)[]): NodeTally {
  const known = [...statuses];
  // One entry for each option, which fromEntries cannot say.
  const counts = Object.fromEntries(NodeStatus.options.map((status) => [status, 0])) as NodeCounts;
  for (const status of known) if (status !== undefined) counts[status] += 1;
  return {
    apply(event) {
      if (event.type !== "node.status") return;
      const { sequence, to } = event.data;
      const before = known[sequence];
      if (before !== undefined) counts[before] -= 1;
      known[sequence] = to;
      counts[to] += 1;
    },
    counts: () => ({ ...counts }),
  };
}
