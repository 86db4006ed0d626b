import type { RunPlan } from "./run-plan.ts";
import { planNode } from "./run-plan.ts";

/**
 * How far a run's graph is decided: per node the number of incoming edges still undecided and the
 * number taken. One completion costs O(its outgoing edges), whatever the size of the graph.
 */
export interface GraphProgress {
  readonly undecidedIn: Int32Array;
  readonly takenIn: Int32Array;
  readonly state: Uint8Array;
  /** Nodes neither decided nor skipped. */
  open: number;
}

/** `waiting`: for its edges. `ready`: may start. `live`: has a row. `done`: terminal. */
export const progressState = { waiting: 0, ready: 1, live: 2, done: 3, skipped: 4 } as const;

export interface EdgeDecision {
  /** In the order in which they became ready. */
  readonly ready: readonly number[];
  readonly skipped: readonly SkippedNode[];
}

export interface SkippedNode {
  readonly node: number;
  /** Its incoming edges that were not taken. */
  readonly untakenEdges: readonly number[];
}

/** A run's beginning: the nodes without incoming edges are ready. */
export function startProgress(plan: RunPlan): {
  progress: GraphProgress;
  ready: readonly number[];
} {
  const progress: GraphProgress = {
    undecidedIn: new Int32Array(plan.nodes.length),
    takenIn: new Int32Array(plan.nodes.length),
    state: new Uint8Array(plan.nodes.length),
    open: plan.nodes.length,
  };
  const ready: number[] = [];
  for (const node of plan.nodes) {
    progress.undecidedIn[node.index] = node.incoming.length;
    if (node.incoming.length > 0) continue;
    progress.state[node.index] = progressState.ready;
    ready.push(node.index);
  }
  return { progress, ready };
}

/**
 * Decides all outgoing edges of a node that ended. A node whose last edge was decided becomes ready
 * (join `any`: one taken; `all`: every one), or is skipped, and so are the edges behind it.
 */
export function decideEdges(
  plan: RunPlan,
  progress: GraphProgress,
  ended: number,
  takenEdges: ReadonlySet<number>,
): EdgeDecision {
  markDone(progress, ended);
  const ready: number[] = [];
  const skipped: SkippedNode[] = [];
  const open: { node: number; taken: ReadonlySet<number> }[] = [{ node: ended, taken: takenEdges }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    for (const edgeIndex of planNode(plan, item.node).outgoing) {
      const target = plan.edges[edgeIndex]?.to;
      if (target === undefined) continue;
      const undecided = (progress.undecidedIn[target] ?? 0) - 1;
      progress.undecidedIn[target] = undecided;
      if (item.taken.has(edgeIndex)) progress.takenIn[target] = (progress.takenIn[target] ?? 0) + 1;
      if (undecided > 0 || progress.state[target] !== progressState.waiting) continue;
      const { node, incoming } = planNode(plan, target);
      const taken = progress.takenIn[target] ?? 0;
      if (node.join === "all" ? taken === incoming.length : taken > 0) {
        progress.state[target] = progressState.ready;
        ready.push(target);
      } else {
        progress.state[target] = progressState.skipped;
        progress.open -= 1;
        skipped.push({ node: target, untakenEdges: incoming });
        open.push({ node: target, taken: noEdges });
      }
    }
  }
  return { ready, skipped };
}

export function markLive(progress: GraphProgress, node: number): void {
  progress.state[node] = progressState.live;
}

function markDone(progress: GraphProgress, node: number): void {
  if (progress.state[node] === progressState.done) return;
  progress.state[node] = progressState.done;
  progress.open -= 1;
}

const noEdges: ReadonlySet<number> = new Set();
