import type { IsolatedEvaluate } from "../expression/evaluate-bounded.ts";
import { evaluateCondition } from "../expression/condition.ts";
import type { Actor } from "../model/actor.ts";
import type { Failure } from "../model/failure.ts";
import type { JsonValue, Payload } from "../model/json.ts";
import { nodeExecutionIdOf } from "../model/execution-id.ts";
import type { AttemptChange } from "../storage/change.ts";
import { after } from "./after.ts";
import { scopeFor } from "./expression-scope-of.ts";
import { failureOf } from "./failure-of.ts";
import { decideEdges, progressState } from "./ready-nodes.ts";
import type { PlanEdge } from "./run-plan.ts";
import { planNode } from "./run-plan.ts";
import type { Draft, LiveNode, RunState } from "./run-state.ts";
import { errorValueOf, identityOf, nodePathOf, pushReady } from "./run-state.ts";

/** How a node's end is evaluated and who brought it about. */
export interface EndContext {
  readonly actor: Actor;
  readonly isolate: IsolatedEvaluate;
}

export interface CompletedNode {
  readonly output: Payload | null;
  readonly attempt?: AttemptChange;
  readonly answer?: Payload;
  readonly reason?: string;
}

export interface FailedNode {
  readonly error: Failure;
  readonly attempt?: AttemptChange;
  readonly answer?: Payload;
}

/**
 * Adds a node's completion to the draft: its edges' conditions are evaluated now, stored in the
 * completing change and never evaluated again; what is skipped by them is in the same group, and what
 * becomes ready stands in the ready queue.
 */
export function completeNode(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  completed: CompletedNode,
  context: EndContext,
): void | Promise<void> {
  const { output } = completed;
  const from = live.status;
  const edges = edgesFor(state, live.index, "success");
  return after(
    evaluateEdges(
      state,
      live.index,
      edges,
      { outputText: output?.text ?? null, error: null },
      context,
    ),
    (decided) => {
      draft.changes.push({
        change: "nodeStatus",
        ...identityOf(state, live),
        from,
        to: "completed",
        actor: context.actor,
        takenEdges: decided.taken,
        ...(completed.reason === undefined ? {} : { reason: completed.reason }),
        ...(completed.attempt === undefined ? {} : { attempt: completed.attempt }),
        // An output that waited for validation is stored already.
        ...(output === null || live.hasOutput ? {} : { output }),
        ...(completed.answer === undefined ? {} : { answer: completed.answer }),
      });
      state.live.delete(live.index);
      state.results.set(live.index, {
        nodeExecutionId: live.nodeExecutionId,
        status: "completed",
        hasOutput: output !== null,
        outputText: output?.text ?? null,
        error: null,
      });
      return followEdges(state, draft, live.index, decided, context);
    },
  );
}

/**
 * Adds a node's final failure to the draft. Under `onError: continue` its error edges are taken;
 * under `fail` the run begins to close in the same group.
 */
export function failNode(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  failed: FailedNode,
  context: EndContext,
): void | Promise<void> {
  const { node } = planNode(state.plan, live.index);
  const error: Failure = { ...failed.error, nodePath: node.id };
  const goesOn = node.onError === "continue";
  const edges = goesOn ? edgesFor(state, live.index, "error") : [];
  const from = live.status;
  return after(
    evaluateEdges(state, live.index, edges, { outputText: null, error }, context),
    (decided) => {
      draft.changes.push({
        change: "nodeStatus",
        ...identityOf(state, live),
        from,
        to: "failed",
        actor: context.actor,
        error,
        takenEdges: decided.taken,
        ...(failed.attempt === undefined ? {} : { attempt: failed.attempt }),
        ...(failed.answer === undefined ? {} : { answer: failed.answer }),
      });
      state.live.delete(live.index);
      return afterFailure(state, draft, live.index, live.nodeExecutionId, error, decided, context);
    },
  );
}

/** A node whose input or incoming edge could not be evaluated fails without an attempt. */
export function failUnstartedNode(
  state: RunState,
  draft: Draft,
  index: number,
  error: Failure,
  context: EndContext,
): void | Promise<void> {
  const live = state.live.get(index);
  if (live !== undefined) return failNode(state, draft, live, { error }, context);
  const { node, type, replay } = planNode(state.plan, index);
  const named: Failure = { ...error, nodePath: node.id };
  const edges = node.onError === "continue" ? edgesFor(state, index, "error") : [];
  return after(
    evaluateEdges(state, index, edges, { outputText: null, error: named }, context),
    (decided) => {
      const sequence = state.nextSequence;
      state.nextSequence += 1;
      const nodeExecutionId = nodeExecutionIdOf(state.run.runId, sequence);
      draft.changes.push({
        change: "createNode",
        nodeExecutionId,
        sequence,
        nodePath: node.id,
        iterationPath: "",
        nodeType: type.type,
        replay,
        generation: 0,
        status: "failed",
        actor: { kind: "engine" },
        error: named,
        takenEdges: decided.taken,
      });
      return afterFailure(state, draft, index, nodeExecutionId, named, decided, context);
    },
  );
}

function afterFailure(
  state: RunState,
  draft: Draft,
  index: number,
  nodeExecutionId: string,
  error: Failure,
  decided: DecidedEdges,
  context: EndContext,
): void | Promise<void> {
  state.results.set(index, {
    nodeExecutionId,
    status: "failed",
    hasOutput: false,
    outputText: null,
    error,
  });
  if (planNode(state.plan, index).node.onError === "fail") {
    closeRun(state, draft, error, context);
    return followEdges(state, draft, index, { taken: [], failed: [] }, context);
  }
  state.issues += 1;
  return followEdges(state, draft, index, decided, context);
}

function closeRun(state: RunState, draft: Draft, error: Failure, context: EndContext): void {
  if (state.closing !== null) return;
  const closing = {
    to: "failed" as const,
    reason: `Node "${error.nodePath ?? "?"}" failed: ${error.message}`,
    error,
  };
  state.closing = closing;
  draft.changes.push({ change: "runClosing", closing, actor: context.actor });
}

interface DecidedEdges {
  readonly taken: readonly number[];
  /** Edges whose condition could not be evaluated: they fail their target. */
  readonly failed: readonly { readonly edge: PlanEdge; readonly error: Failure }[];
}

function edgesFor(state: RunState, index: number, outcome: "success" | "error"): PlanEdge[] {
  const edges: PlanEdge[] = [];
  for (const edgeIndex of planNode(state.plan, index).outgoing) {
    const edge = state.plan.edges[edgeIndex];
    if (edge !== undefined && (edge.on === outcome || edge.on === "always")) edges.push(edge);
  }
  return edges;
}

function evaluateEdges(
  state: RunState,
  source: number,
  edges: readonly PlanEdge[],
  ended: { readonly outputText: string | null; readonly error: Failure | null },
  context: EndContext,
): DecidedEdges | Promise<DecidedEdges> {
  if (edges.every((edge) => edge.when === null)) {
    return { taken: edges.map((edge) => edge.index), failed: [] };
  }
  return evaluateConditions(state, source, edges, ended, context);
}

async function evaluateConditions(
  state: RunState,
  source: number,
  edges: readonly PlanEdge[],
  ended: { readonly outputText: string | null; readonly error: Failure | null },
  context: EndContext,
): Promise<DecidedEdges> {
  const taken: number[] = [];
  const failed: { edge: PlanEdge; error: Failure }[] = [];
  // What a condition sees is the stored value, parsed back, never the live object. The source itself
  // is not among the results yet, and is read as `output` or `error`.
  const output: JsonValue | undefined =
    ended.outputText === null ? undefined : (JSON.parse(ended.outputText) as JsonValue); // it is JSON text
  const sourceId = nodePathOf(state, source);
  for (const edge of edges) {
    if (edge.when === null) {
      taken.push(edge.index);
      continue;
    }
    try {
      const base = await scopeFor(state, source, edge.when.nodeRefs);
      const error = ended.error === null ? {} : { error: errorValueOf(ended.error) };
      const own = {
        status: ended.error === null ? "completed" : "failed",
        ...(output === undefined ? {} : { output }),
        ...error,
      };
      const scope = {
        ...base,
        nodes: { ...base.nodes, [sourceId]: own },
        ...(output === undefined ? {} : { output }),
        ...error,
      };
      if (await evaluateCondition(edge.when, scope, context.isolate)) taken.push(edge.index);
    } catch (error) {
      const failure = failureOf(error);
      failed.push({
        edge,
        error: {
          ...failure,
          message: `The condition of edge ${edge.index} (from "${sourceId}") failed: ${failure.message}`,
          pointer: `/edges/${edge.index}/when`,
        },
      });
    }
  }
  return { taken, failed };
}

function followEdges(
  state: RunState,
  draft: Draft,
  index: number,
  decided: DecidedEdges,
  context: EndContext,
): void | Promise<void> {
  const targets = decided.failed.filter(
    ({ edge }) => state.progress.state[edge.to] === progressState.waiting,
  );
  // Out of reach for the decision: a failing condition fails its target, it does not skip it.
  for (const { edge } of targets) state.progress.state[edge.to] = progressState.live;
  const { ready, skipped } = decideEdges(state.plan, state.progress, index, new Set(decided.taken));
  for (const { node, untakenEdges } of skipped) {
    draft.changes.push({
      change: "nodeSkipped",
      nodePath: nodePathOf(state, node),
      iterationPath: "",
      untakenEdges,
      actor: { kind: "engine" },
    });
  }
  pushReady(state, ready);
  if (targets.length > 0) return failTargets(state, draft, targets, context);
}

async function failTargets(
  state: RunState,
  draft: Draft,
  targets: DecidedEdges["failed"],
  context: EndContext,
): Promise<void> {
  for (const { edge, error } of targets) {
    // Two failing edges into one node fail it once.
    if (state.results.get(edge.to) !== undefined) continue;
    await failUnstartedNode(state, draft, edge.to, error, context);
  }
}
