import { nodeExecutionIdOf } from "../model/execution-id.ts";
import type { NodeExecution } from "../model/node-execution.ts";
import type { Change } from "../storage/change.ts";
import { decideEdges, progressState, startProgress } from "./ready-nodes.ts";
import type { RunPlan } from "./run-plan.ts";
import { descendantsOf, planNode } from "./run-plan.ts";

const engine = { kind: "engine" } as const;

/** What a retry or a fork takes over from its source; everything else runs again. */
export interface TakenOver {
  /** Completed, and not behind anything that runs again. */
  readonly completed: readonly NodeExecution[];
  /** Failed by a condition on an edge from one of those: conditions are decided once. */
  readonly failedByEdge: readonly NodeExecution[];
}

/** Chooses what stays true of `rows` when the nodes `again` and all unfinished and failed ones run again. */
export function chooseTakenOver(
  plan: RunPlan,
  rows: readonly NodeExecution[],
  again: ReadonlySet<number>,
): TakenOver {
  const excluded = new Set<number>();
  const exclude = (index: number): void => {
    excluded.add(index);
    for (const behind of descendantsOf(plan, index)) excluded.add(behind);
  };
  const byIndex = new Map<number, NodeExecution>();
  for (const row of rows) {
    const index = plan.indexById.get(row.nodePath);
    if (index !== undefined) byIndex.set(index, row);
  }
  /** A condition that broke stays broken, unless its source runs again. */
  const staysFailed = (row: NodeExecution): boolean => {
    const edge = brokenEdgeOf(row);
    const source = edge === null ? undefined : plan.edges[edge]?.from;
    const sourceRow = source === undefined ? undefined : byIndex.get(source);
    if (source === undefined || sourceRow === undefined) return false;
    return isCompleted(sourceRow) ? !excluded.has(source) : staysFailed(sourceRow);
  };
  for (const [index, row] of byIndex) {
    const isOwnFailure = !isCompleted(row) && brokenEdgeOf(row) === null;
    if (isOwnFailure || again.has(index)) exclude(index);
  }
  // A node that is decided anew may be in front of the source of another one.
  for (let size = -1; size !== excluded.size;) {
    size = excluded.size;
    for (const [index, row] of byIndex)
      if (brokenEdgeOf(row) !== null && !staysFailed(row)) exclude(index);
  }
  const completed = [...byIndex].flatMap(([index, row]) =>
    isCompleted(row) && !excluded.has(index) ? [row] : [],
  );
  return { completed, failedByEdge: [...byIndex.values()].filter(staysFailed) };
}

/** The changes that begin the new run `runId`: rows taken over, and what is skipped because of them. */
export function takeOverChanges(plan: RunPlan, runId: string, taken: TakenOver): Change[] {
  const rows = [...taken.completed, ...taken.failedByEdge].toSorted(
    (a, b) => a.sequence - b.sequence,
  );
  const { progress } = startProgress(plan);
  const indexOf = (row: NodeExecution): number => plan.indexById.get(row.nodePath) ?? -1;
  for (const row of rows) progress.state[indexOf(row)] = progressState.live;
  const changes: Change[] = [];
  for (const [position, row] of rows.entries()) {
    changes.push(takeOver(runId, row, position + 1));
    const edges = new Set(row.takenEdges);
    for (const { node, untakenEdges } of decideEdges(plan, progress, indexOf(row), edges).skipped) {
      const nodePath = planNode(plan, node).node.id;
      changes.push({
        change: "nodeSkipped",
        nodePath,
        iterationPath: "",
        untakenEdges,
        actor: engine,
      });
    }
  }
  const fatal = taken.failedByEdge.find(
    (row) => planNode(plan, indexOf(row)).node.onError === "fail",
  );
  if (fatal?.error) {
    const reason = `Node "${fatal.nodePath}" failed: ${fatal.error.message}`;
    const closing = { to: "failed", reason, error: fatal.error } as const;
    changes.push({ change: "runClosing", closing, actor: engine });
  }
  return changes;
}

function takeOver(runId: string, row: NodeExecution, sequence: number): Change {
  const { nodeExecutionId, outputRef, error } = row;
  return {
    change: "createNode",
    nodeExecutionId: nodeExecutionIdOf(runId, sequence),
    sequence,
    nodePath: row.nodePath,
    iterationPath: row.iterationPath,
    nodeType: row.nodeType,
    replay: row.replay,
    generation: row.generation,
    takenEdges: row.takenEdges ?? [],
    actor: engine,
    ...(isCompleted(row) && outputRef !== null
      ? {
          status: "completed",
          reason: "saved result taken over",
          reuse: { nodeExecutionId, outputRef },
        }
      : { status: "failed", ...(error === null ? {} : { error }) }),
  };
}

function isCompleted(row: NodeExecution): boolean {
  return row.status === "completed" && row.outputRef !== null;
}

/** The edge whose condition failed this node; null when it failed by itself or did not fail. */
function brokenEdgeOf(row: NodeExecution): number | null {
  if (row.status !== "failed" || row.attemptNumber > 0) return null;
  const edge = /^\/edges\/(\d+)\/when$/.exec(row.error?.pointer ?? "")?.[1];
  return edge === undefined ? null : Number(edge);
}
