import type { Change, Group } from "../../../app/storage/change.ts";
import { nodeKey, type BatchState, type NodeState, type RunState } from "./postgres-batch-state.ts";
import { uuidOrNull } from "./postgres-values.ts";

/**
 * What an engine's groups say about the rows that they change, as if it had been read; null when they do not
 * say all that their plan needs. Whoever plans with it must let the statements look whether it is so: each
 * of them writes only rows that are as presumed.
 */
export function presumeState(
  groups: readonly Group[],
  definitions: ReadonlyMap<string, number>,
): BatchState | null {
  const runs = new Map<string, RunState>();
  const nodes = new Map<string, NodeState>();
  const created = new Set<string>();
  for (const { runId, expect, changes } of groups) {
    if (uuidOrNull(runId) === null) return null;
    const [first] = changes;
    if (first?.change === "createRun") {
      if (first.existingJob || !definitions.has(first.definitionHash)) return null;
      created.add(runId);
    } else if (expect === null) return null;
    else if (!runs.has(runId) && !created.has(runId))
      runs.set(runId, { ...expect, status: statusIn(runId, groups), closing: false });
    for (const change of changes) if (!presumeNode(nodes, runId, change)) return null;
  }
  return { runs, nodes, committed: new Set(), definitions, jobs: new Map() };
}

/** False for a change whose plan needs more than it says. */
function presumeNode(nodes: Map<string, NodeState>, runId: string, change: Change): boolean {
  switch (change.change) {
    case "nodeStatus": {
      const key = nodeKey(runId, change.sequence);
      const { number } = change.attempt ?? { number: 0 };
      const attemptNumber = change.to === "running" ? number - 1 : number;
      if (!nodes.has(key)) nodes.set(key, { status: change.from, attemptNumber });
      return true;
    }
    case "createNode":
      return change.reuse === undefined;
    case "createRun":
    case "runStatus":
    case "nodeSkipped":
    case "capabilityChecked":
    case "confirmationGiven":
      return true;
    case "runClosing":
    case "runResumed":
    case "runAnnotated":
    case "stepIntended":
    case "stepRecorded":
      return false;
  }
}

/** A run without a change of its status stays as it is: what is said here is not written. */
function statusIn(runId: string, groups: readonly Group[]): RunState["status"] {
  for (const group of groups)
    if (group.runId === runId)
      for (const change of group.changes) if (change.change === "runStatus") return change.from;
  return "running";
}
