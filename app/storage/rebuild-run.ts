import { isTerminal, noMetrics, type JobState } from "../model/job.ts";
import type { Attempt, NodeExecution, SubStep } from "../model/node-execution.ts";
import type { RunEvent } from "../model/run-event.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";

/** A run's rows as far as its history determines them; the beat and the owner's id are not history. */
export interface RebuiltRun {
  readonly run: Omit<WorkflowRun, "revision" | "heartbeatAt" | "ownerInstanceId">;
  readonly job: { readonly jobId: string; readonly traceId: string; readonly jobKind: string };
  /** By sequence. */
  readonly nodes: readonly NodeExecution[];
  /** By node, then number. */
  readonly attempts: readonly Attempt[];
  readonly subSteps: readonly SubStep[];
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

interface State {
  readonly run: Draft<RebuiltRun["run"]>;
  readonly job: RebuiltRun["job"];
  readonly nodes: Map<string, Draft<NodeExecution>>;
  readonly attempts: Map<string, Draft<Attempt>[]>;
  readonly subSteps: Map<string, SubStep>;
  runningSince: string | null;
}

/** Replays a whole history, from `run.created` on. Throws when it does not begin with it. */
export function rebuildRun(events: readonly RunEvent[]): RebuiltRun {
  const [created, ...later] = events;
  if (created?.type !== "run.created") throw new Error("A history begins with run.created.");
  const state = begin(created);
  for (const event of later) {
    state.run.lastSeq = event.seq;
    replay(state, event);
  }
  const nodes = [...state.nodes.values()].sort((a, b) => a.sequence - b.sequence);
  return {
    run: state.run,
    job: state.job,
    nodes,
    attempts: nodes.flatMap(({ nodeExecutionId }) => state.attempts.get(nodeExecutionId) ?? []),
    subSteps: [...state.subSteps.values()],
  };
}

function begin({ data, runId, seq, at, actor }: Extract<RunEvent, { type: "run.created" }>): State {
  const { jobId, traceId, jobKind, workflowId, workflowName, definitionHash, keyScope, inputRef } =
    data;
  const { trigger, grants, accessMode, onInterrupted, nodesTotal } = data;
  return {
    run: {
      runId,
      jobId,
      workflowId,
      workflowName,
      definitionHash,
      keyScope,
      status: "queued",
      statusReason: trigger.kind,
      lastSeq: seq,
      inputRef,
      outputRef: null,
      error: null,
      closing: null,
      trigger,
      parentRunId: data.parentRunId ?? null,
      forkedFromRunId: data.forkedFromRunId ?? null,
      grants,
      accessMode,
      onInterrupted,
      ownerEpoch: null,
      wakeAt: null,
      crashCount: 0,
      runningMs: 0,
      nodesTotal,
      nodesDone: 0,
      pinned: false,
      tags: [],
      lastActor: actor,
      createdAt: at,
      startedAt: null,
      finishedAt: null,
    },
    job: { jobId, traceId, jobKind },
    nodes: new Map(),
    attempts: new Map(),
    subSteps: new Map(),
    runningSince: null,
  };
}

function replay(state: State, event: RunEvent): void {
  const { run } = state;
  switch (event.type) {
    case "run.created":
      throw new Error("A run is created once.");
    case "run.status": {
      const { to, reason, error, wakeAt, outputRef } = event.data;
      enter(state, event, { to, reason, until: event.at });
      run.error = error ?? null;
      run.wakeAt = wakeAt ?? null;
      if (outputRef !== undefined) run.outputRef = outputRef;
      return;
    }
    case "run.resumed":
      enter(state, event, { to: event.data.to, reason: "resumed", until: event.at });
      run.error = null;
      run.wakeAt = null;
      return;
    case "workflow_recovery": {
      const { to, reason, last_heartbeat_ts: lastBeat, crashCount } = event.data;
      const ends = to !== "stalled";
      const until = lastBeat ?? state.runningSince ?? event.at;
      enter(state, event, { to, reason: ends ? (run.closing?.reason ?? reason) : reason, until });
      run.error = ends ? (run.closing?.error ?? null) : null;
      run.wakeAt = null;
      run.crashCount = crashCount;
      return;
    }
    case "run.closing":
      run.closing = event.data;
      return;
    case "run.annotated":
      if (event.data.pinned !== undefined) run.pinned = event.data.pinned;
      if (event.data.tags !== undefined) run.tags = event.data.tags;
      return;
    case "node.status":
      replayNode(state, event);
      return;
    case "node.skipped":
      run.nodesDone += 1;
      return;
    case "step.intended":
    case "step.recorded":
      replayStep(state, event);
      return;
    case "capability.checked":
    case "confirmation.given":
      return;
  }
}

/** `until`: when a stretch of work that ends here ended; for an orphan that is its last beat. */
function enter(
  state: State,
  event: RunEvent,
  { to, reason, until }: { readonly to: JobState; readonly reason: string; readonly until: string },
): void {
  const { run } = state;
  if (state.runningSince !== null) {
    run.runningMs += Math.max(0, Date.parse(until) - Date.parse(state.runningSince));
    state.runningSince = null;
  }
  run.ownerEpoch = null;
  if (to === "running") {
    state.runningSince = event.at;
    run.startedAt ??= event.at;
    run.ownerEpoch = event.epoch;
  }
  if (run.status === "poisoned" && to === "queued") run.crashCount = 0;
  run.status = to;
  run.statusReason = reason;
  run.lastActor = event.actor;
  run.finishedAt = isTerminal(to) || to === "poisoned" ? event.at : null;
}

function replayNode(state: State, event: Extract<RunEvent, { type: "node.status" }>): void {
  const { data, at, actor } = event;
  const node = state.nodes.get(data.nodeExecutionId) ?? createNode(event);
  state.nodes.set(node.nodeExecutionId, node);
  node.status = data.to;
  node.statusReason = data.reason ?? "";
  node.lastActor = actor;
  node.error = data.error ?? null;
  node.notBefore = data.notBefore ?? null;
  node.question = data.question ?? null;
  if (data.inputRef !== undefined) node.inputRef = data.inputRef;
  if (data.outputRef !== undefined) node.outputRef = data.outputRef;
  if (data.answerRef !== undefined) node.answerRef = data.answerRef;
  if (data.takenEdges !== undefined) node.takenEdges = data.takenEdges;
  if (data.to === "running") node.startedAt ??= at;
  if (isTerminal(data.to)) {
    node.finishedAt = at;
    state.run.nodesDone += 1;
  }
  const succeeded = data.to === "completed" || data.to === "completed_with_issues";
  if (succeeded && data.from !== undefined) state.run.crashCount = 0;
  if (data.attempt !== undefined) replayAttempt(state, node, data.attempt, at);
}

function createNode({
  data,
  runId,
  at,
  actor,
}: Extract<RunEvent, { type: "node.status" }>): Draft<NodeExecution> {
  return {
    nodeExecutionId: data.nodeExecutionId,
    runId,
    sequence: data.sequence,
    nodePath: data.nodePath,
    iterationPath: data.iterationPath,
    nodeType: data.nodeType ?? "",
    replay: data.replay === "pure" || data.replay === "idempotent" ? data.replay : "external",
    status: data.to,
    statusReason: "",
    inputRef: null,
    outputRef: null,
    error: null,
    takenEdges: null,
    notBefore: null,
    question: null,
    answerRef: null,
    generation: data.generation ?? 0,
    attemptNumber: 0,
    attemptStatus: null,
    lastActor: actor,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
  };
}

type AttemptData = NonNullable<Extract<RunEvent, { type: "node.status" }>["data"]["attempt"]>;

function replayAttempt(
  state: State,
  node: Draft<NodeExecution>,
  attempt: AttemptData,
  at: string,
): void {
  const { nodeExecutionId } = node;
  const attempts = state.attempts.get(nodeExecutionId) ?? [];
  state.attempts.set(nodeExecutionId, attempts);
  const { number, status, error = null, metrics = noMetrics } = attempt;
  if (status === "running") {
    attempts.push({
      nodeExecutionId,
      number,
      status,
      error,
      metrics,
      startedAt: at,
      finishedAt: null,
    });
  } else {
    const open = attempts.at(-1);
    if (open?.number !== number)
      throw new Error(`Attempt ${number} of ${nodeExecutionId} ends, but never began.`);
    open.status = status;
    open.error = error;
    open.metrics = metrics;
    open.finishedAt = at;
  }
  node.attemptNumber = number;
  node.attemptStatus = status;
}

function replayStep(
  state: State,
  event: Extract<RunEvent, { type: "step.intended" | "step.recorded" }>,
): void {
  const { nodeExecutionId, name, n, attempt } = event.data;
  const recorded = event.type === "step.recorded";
  state.subSteps.set(`${nodeExecutionId}/${n}/${name}`, {
    nodeExecutionId,
    name,
    n,
    attempt,
    status: recorded ? "recorded" : "intended",
    outputRef: recorded ? event.data.outputRef : null,
    recordedAt: event.at,
  });
  if (recorded) state.run.crashCount = 0;
}
