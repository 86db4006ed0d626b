import { encodeJson } from "../model/encode-json.ts";
import { isTerminal } from "../model/job.ts";
import type { NodeExecution } from "../model/node-execution.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import type { CreateRun } from "../storage/change.ts";
import { StorageError } from "../storage/storage-error.ts";
import { firstViolation } from "./first-violation.ts";
import { endDetached } from "./close-run.ts";
import type { ActionContext } from "./detached-run.ts";
import { commitDraft, requireRun } from "./detached-run.ts";
import { EngineError } from "./engine-error.ts";
import type { ForkRunRequest, RunAgainRequest, StartedRun } from "./engine-requests.ts";
import { loadRunState, nodeExecutionsOf } from "./load-run.ts";
import type { Draft, RunState } from "./run-state.ts";
import { newDraft } from "./run-state.ts";
import type { RunPlan } from "./run-plan.ts";
import { descendantsOf } from "./run-plan.ts";
import { create } from "./start-run.ts";
import type { TakenOver } from "./take-over.ts";
import { chooseTakenOver, takeOverChanges } from "./take-over.ts";

/**
 * Retry from failure: a new run of the same job that takes over every completed node's saved output
 * and runs the others; nodes that had not completed keep their idempotency keys.
 */
export async function retryRun(
  context: ActionContext,
  request: RunAgainRequest,
): Promise<StartedRun> {
  const source = await requireRun(context, request.runId);
  if (!isTerminal(source.status) || source.status === "completed") {
    const hint =
      source.status === "stalled"
        ? "Resume it instead."
        : "Only a run that ended without success can be retried.";
    throw new EngineError("CONFLICT", `Run ${source.runId} is ${source.status}. ${hint}`, {
      status: source.status,
    });
  }
  await refuseUnfinishedJob(context, source);
  const plan = await context.plans.get(source.definitionHash);
  const rows = await rowsOf(context, source.runId);
  const taken = chooseTakenOver(plan, rows, new Set());
  const { keyScope } = source;
  return runAgain(context, { source, plan, request, kind: "retry", keyScope, taken, ended: [] });
}

/** Run again (restart as new): a new run of the same job from the start, with the same input. */
export async function rerun(context: ActionContext, request: RunAgainRequest): Promise<StartedRun> {
  const source = await requireRun(context, request.runId);
  const plan = await context.plans.get(source.definitionHash);
  const unfinished = await unfinishedRuns(context, source);
  const ended = await Promise.all(unfinished.map((run) => endForRestart(context, run, request)));
  return runAgain(context, {
    source,
    plan,
    request,
    kind: "rerun",
    keyScope: null,
    taken: { completed: [], failedByEdge: [] },
    ended,
  });
}

/** A new run of a new job: the named node and all behind it run again, the rest is taken over. */
export async function forkRun(
  context: ActionContext,
  request: ForkRunRequest,
): Promise<StartedRun> {
  const source = await requireRun(context, request.runId);
  const plan = await context.plans.get(source.definitionHash);
  const index = plan.indexById.get(request.node);
  if (index === undefined) {
    throw new EngineError(
      "NOT_FOUND",
      `Workflow "${source.workflowId}" has no node "${request.node}".`,
    );
  }
  const again = descendantsOf(plan, index).add(index);
  const taken = chooseTakenOver(plan, await rowsOf(context, source.runId), again);
  checkForkInput(plan, request);
  return runAgain(context, {
    source,
    plan,
    request,
    kind: "fork",
    keyScope: null,
    taken,
    ended: [],
  });
}

function checkForkInput(plan: RunPlan, request: ForkRunRequest): void {
  const schema = plan.definition.input;
  if (request.input === undefined || schema === undefined) return;
  const problem = firstViolation(schema, request.input);
  if (problem === null) return;
  throw new EngineError("BAD_REQUEST", `The input does not fit the workflow: ${problem.message}`, {
    pointer: problem.pointer,
  });
}

async function refuseUnfinishedJob(context: ActionContext, source: WorkflowRun): Promise<void> {
  const [run] = await unfinishedRuns(context, source);
  if (run === undefined) return;
  throw new EngineError(
    "CONFLICT",
    `The task has an unfinished run already: ${run.runId} is ${run.status}.`,
  );
}

async function unfinishedRuns(
  { internals }: ActionContext,
  source: WorkflowRun,
): Promise<readonly WorkflowRun[]> {
  const runs = await internals.ports.storage.listRunsOfJob(source.jobId);
  return runs.filter((run) => !isTerminal(run.status));
}

/** What ends an unfinished run; committed together with the creation of the one that replaces it. */
interface EndedRun {
  readonly state: RunState;
  readonly draft: Draft;
}

async function endForRestart(
  { internals, plans }: ActionContext,
  run: WorkflowRun,
  { actor }: RunAgainRequest,
): Promise<EndedRun> {
  if (run.status === "running") {
    throw new EngineError("CONFLICT", `Run ${run.runId} is running. Cancel it first.`, {
      status: run.status,
    });
  }
  const plan = await plans.get(run.definitionHash);
  const state = await loadRunState(internals.ports.storage, plan, run);
  const draft = newDraft();
  endDetached(state, draft, { to: "cancelled", reason: "restarted as a new run" }, actor);
  return { state, draft };
}

async function rowsOf({ internals }: ActionContext, runId: string): Promise<NodeExecution[]> {
  const rows: NodeExecution[] = [];
  for await (const row of nodeExecutionsOf(internals.ports.storage, runId)) rows.push(row);
  return rows;
}

interface NewRun {
  readonly source: WorkflowRun;
  readonly plan: RunPlan;
  readonly request: RunAgainRequest & Partial<ForkRunRequest>;
  readonly kind: "retry" | "rerun" | "fork";
  /** Null: its own. */
  readonly keyScope: string | null;
  readonly taken: TakenOver;
  /** Unfinished runs of the job, ended in the same transaction. */
  readonly ended: readonly EndedRun[];
}

async function runAgain(context: ActionContext, parts: NewRun): Promise<StartedRun> {
  const { source, plan, request, kind, taken } = parts;
  // The files and programs that it needs are where they were.
  const { folder, machineId } = source.trigger;
  const { ports } = context.internals;
  const runId = ports.newRunId();
  const job = await ports.storage.getJob(source.jobId);
  const isFork = kind === "fork";
  const jobId = isFork ? ports.newUuid() : source.jobId;
  const text =
    request.input === undefined ? await inputTextOf(context, source) : encodeJson(request.input);
  const creation: CreateRun = {
    change: "createRun",
    jobId,
    traceId: isFork || job === null ? ports.newUuid() : job.traceId,
    jobKind: job?.jobKind ?? "workflow",
    existingJob: !isFork,
    workflowId: source.workflowId,
    workflowName: source.workflowName,
    definitionHash: source.definitionHash,
    keyScope: parts.keyScope ?? runId,
    input: { text, ...ports.digest(text) },
    trigger: {
      kind,
      sourceRunId: source.runId,
      ...(folder === undefined ? {} : { folder }),
      ...(machineId === undefined ? {} : { machineId }),
    },
    parentRunId: null,
    forkedFromRunId: isFork ? source.runId : null,
    grants: source.grants,
    accessMode: source.accessMode,
    onInterrupted: source.onInterrupted,
    nodesTotal: plan.nodes.length,
    actor: request.actor,
  };
  const more = takeOverChanges(plan, runId, taken);
  // Submitted in one turn, so in one transaction; a job's second unfinished run would be refused.
  const commits = parts.ended.map(({ state, draft }) =>
    commitDraft(context, state.run.runId, draft, state),
  );
  try {
    await Promise.all([...commits, create(context, plan, runId, creation, { more, later: true })]);
  } catch (error) {
    if (isFork || !(error instanceof StorageError) || error.code !== "CONSTRAINT") throw error;
    // Two requests at the same moment: the second one finds the first one's run.
    await refuseUnfinishedJob(context, source);
    const message = `Another run of the same task as ${source.runId} began at the same moment.`;
    throw new EngineError("CONFLICT", message, null, error);
  }
  return { runId, jobId, created: true };
}

async function inputTextOf({ internals }: ActionContext, source: WorkflowRun): Promise<string> {
  const payload = await internals.ports.storage.getPayload({
    of: "run",
    runId: source.runId,
    slot: "input",
  });
  if (payload === null)
    throw new EngineError("CONFLICT", `The input of run ${source.runId} is not stored any more.`);
  return payload.text;
}
