import { noMetrics } from "../model/job.ts";
import { isTerminal } from "../model/job.ts";
import { parseJson } from "../model/json.ts";
import type { NodeExecution } from "../model/node-execution.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import type { Storage } from "../storage/storage.ts";
import { createNodeResults } from "./node-results.ts";
import type { NodeResult } from "./node-results.ts";
import { decideEdges, progressState, startProgress } from "./ready-nodes.ts";
import type { RunPlan } from "./run-plan.ts";
import type { RunState } from "./run-state.ts";
import { liveNodeOf, pushReady, ReadyQueue } from "./run-state.ts";

const pageSize = 1_000;
const noEdges: ReadonlySet<number> = new Set();

/**
 * Rebuilds a run's state from its rows. Readiness follows from the stored `takenEdges`: no condition
 * is evaluated again, and what was skipped then is skipped now.
 */
export async function loadRunState(
  storage: Storage,
  plan: RunPlan,
  run: WorkflowRun,
): Promise<RunState> {
  const input = await storage.getPayload({ of: "run", runId: run.runId, slot: "input" });
  const state = newRunState(storage, plan, run, input?.text ?? "null");
  const ended: NodeExecution[] = [];
  for await (const row of nodeExecutionsOf(storage, run.runId)) {
    const index = plan.indexById.get(row.nodePath);
    if (index === undefined) continue;
    state.nextSequence = Math.max(state.nextSequence, row.sequence + 1);
    // Out of the decision's reach: it has a row already.
    state.progress.state[index] = progressState.live;
    if (isTerminal(row.status)) {
      ended.push(row);
      continue;
    }
    const live = liveNodeOf(row, index, await countFailedAttempts(storage, row));
    state.live.set(index, live);
    if (live.status === "queued" && live.notBefore === null) state.queued.push(index);
  }
  for (const row of ended) takeOver(state, row);
  if (run.startedAt !== null) state.metrics = await storage.getRunMetrics(run.runId);
  return state;
}

/** The state of a run without any row. */
export function newRunState(
  storage: Storage,
  plan: RunPlan,
  run: WorkflowRun,
  inputText: string,
): RunState {
  const { progress, ready } = startProgress(plan);
  const state: RunState = {
    run,
    plan,
    known: { revision: run.revision, lastSeq: run.lastSeq },
    status: run.status,
    closing: run.closing,
    input: parseJson(inputText),
    progress,
    ready: new ReadyQueue(),
    queued: new ReadyQueue(),
    readyAtOnce: new ReadyQueue(),
    live: new Map(),
    results: createNodeResults(storage),
    nextSequence: 1,
    issues: 0,
    metrics: noMetrics,
    runningMs: run.runningMs,
    runningSince: 0,
  };
  pushReady(state, ready);
  return state;
}

export async function* nodeExecutionsOf(
  storage: Storage,
  runId: string,
): AsyncGenerator<NodeExecution> {
  for (let after = 0; ;) {
    const page = await storage.listWorkflowNodeExecutions(runId, { after, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.sequence;
  }
}

function takeOver(state: RunState, row: NodeExecution): void {
  const index = state.plan.indexById.get(row.nodePath);
  if (index === undefined || !isTerminal(row.status)) return;
  const result: NodeResult = {
    nodeExecutionId: row.nodeExecutionId,
    status: row.status,
    // One that a person rejected is kept, but its node failed: nobody reads it.
    hasOutput: row.outputRef !== null && row.status !== "failed",
    outputText: null,
    error: row.error,
  };
  state.results.set(index, result);
  if (row.status === "failed" && state.plan.definition.nodes[index]?.onError === "continue") {
    state.issues += 1;
  }
  const taken = row.takenEdges === null ? noEdges : new Set(row.takenEdges);
  pushReady(state, decideEdges(state.plan, state.progress, index, taken).ready);
}

async function countFailedAttempts(storage: Storage, row: NodeExecution): Promise<number> {
  if (row.attemptNumber === 0) return 0;
  const attempts = await storage.listAttempts(row.nodeExecutionId);
  return attempts.filter(
    ({ status, error }) =>
      status === "failed" && error?.code !== "INTERRUPTED" && error?.outcomeUnknown !== true,
  ).length;
}
