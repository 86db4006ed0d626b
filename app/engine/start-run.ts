import { toError } from "./to-error.ts";
import { encodeJson } from "../model/encode-json.ts";
import type { Trigger, WorkflowRun } from "../model/workflow-run.ts";
import type { CreateRun } from "../storage/change.ts";
import { timestamp } from "./clock.ts";
import { createActiveRun } from "./create-active-run.ts";
import type { ActionContext } from "./detached-run.ts";
import type { StartedRun, StartRunRequest } from "./engine-requests.ts";
import { newRunState } from "./load-run.ts";
import { placeOf } from "./placement.ts";
import { ruleFor } from "./grant-rule.ts";
import type { RunPlan } from "./run-plan.ts";
import type { Draft } from "./run-state.ts";
import { newDraft } from "./run-state.ts";

/** Creates a run of a validated definition, and starts it in the same commit where there is room. */
export async function startRun(
  context: ActionContext,
  request: StartRunRequest,
): Promise<StartedRun> {
  const { ports } = context.internals;
  const existing = await findByRequestKey(context, request.requestKey);
  if (existing !== null) return existing;
  const plan = await context.plans.put(request.definition, timestamp(ports.clock.now()));
  const runId = ports.newRunId();
  const creation = creationOf(context, request, plan, runId);
  try {
    await create(context, plan, runId, creation);
  } catch (error) {
    // Two requests with one key at the same moment: the second finds the first.
    const winner = await findByRequestKey(context, request.requestKey);
    if (winner !== null) return winner;
    throw error;
  }
  return { runId, jobId: creation.jobId, created: true };
}

async function findByRequestKey(
  { internals }: ActionContext,
  requestKey: string | undefined,
): Promise<StartedRun | null> {
  if (requestKey === undefined) return null;
  const { storage } = internals.ports;
  const runId = await storage.findRunByRequestKey(requestKey);
  const run = runId === null ? null : await storage.getRun(runId);
  return run === null ? null : { runId: run.runId, jobId: run.jobId, created: false };
}

function creationOf(
  { internals }: ActionContext,
  request: StartRunRequest,
  plan: RunPlan,
  runId: string,
): CreateRun {
  const { ports } = internals;
  const text = encodeJson(request.input);
  const trigger: Trigger = {
    kind: "manual",
    ...(request.requestKey === undefined ? {} : { requestKey: request.requestKey }),
    ...(request.folder === undefined ? {} : { folder: request.folder }),
    ...placeOf(plan, ports.machineId),
  };
  return {
    change: "createRun",
    jobId: ports.newUuid(),
    traceId: ports.newUuid(),
    jobKind: request.jobKind ?? "workflow",
    existingJob: false,
    workflowId: plan.definition.id,
    workflowName: plan.definition.name,
    definitionHash: plan.hash,
    keyScope: runId,
    input: { text, ...ports.digest(text) },
    trigger,
    parentRunId: null,
    forkedFromRunId: null,
    grants: request.grants,
    accessMode: request.accessMode ?? "apply_scoped",
    onInterrupted: plan.definition.onInterrupted,
    nodesTotal: plan.nodes.length,
    actor: request.actor,
  };
}

/**
 * Commits a new run, with `more` changes of it in the same group. It is claimed and started in that
 * group too when there is room, unless it is to be claimed `later`; then it is submitted at once.
 */
export async function create(
  context: ActionContext,
  plan: RunPlan,
  runId: string,
  creation: CreateRun,
  { more, later }: { readonly more: Draft["changes"]; readonly later: boolean } = {
    more: [],
    later: false,
  },
): Promise<void> {
  const { internals, dispatcher } = context;
  const checks = capabilityChecks(plan, creation);
  const isStartable = dispatcher.isStarted && dispatcher.hasRoom && !internals.isDraining();
  if (!isStartable || later) {
    const draft = newDraft();
    draft.changes.push(creation, ...checks, ...more);
    const outcome = await internals.queue.submit(runId, draft.changes, null);
    if (!outcome.ok) throw outcome.error;
    internals.bus.publish({ kind: "committed", runId, lastSeq: outcome.lastSeq, status: "queued" });
    dispatcher.nudge();
    return;
  }
  const state = newRunState(
    internals.ports.storage,
    plan,
    runOf(context, runId, creation),
    creation.input.text,
  );
  const run = createActiveRun(internals, state, new Map());
  dispatcher.adopt(run);
  await new Promise<void>((resolve, reject) => {
    run.tasks.add(
      (draft) => {
        draft.changes.push(creation, ...checks, {
          change: "runStatus",
          from: "queued",
          to: "running",
          reason: "",
          owner: internals.ports.fence,
          actor: { kind: "engine" },
        });
        state.status = "running";
      },
      (error) => {
        if (error === null) resolve();
        else reject(toError(error));
      },
    );
  });
}

/** Allow and deny are both recorded, for every capability that the workflow declares. */
function capabilityChecks(plan: RunPlan, creation: CreateRun): Draft["changes"] {
  return plan.definition.capabilities.map((capability) => {
    const rule = ruleFor(capability, creation.grants);
    return {
      change: "capabilityChecked",
      capability,
      allowed: rule !== null,
      rule: rule ?? "not granted",
      actor: creation.actor,
    };
  });
}

/** The run as the database is about to have it. */
function runOf({ internals }: ActionContext, runId: string, creation: CreateRun): WorkflowRun {
  const { sha256, bytes } = creation.input;
  return {
    runId,
    jobId: creation.jobId,
    workflowId: creation.workflowId,
    workflowName: creation.workflowName,
    definitionHash: creation.definitionHash,
    keyScope: creation.keyScope,
    status: "queued",
    statusReason: "",
    revision: 0,
    lastSeq: 0,
    inputRef: { sha256, bytes },
    outputRef: null,
    error: null,
    closing: null,
    trigger: creation.trigger,
    parentRunId: creation.parentRunId,
    forkedFromRunId: creation.forkedFromRunId,
    grants: [...creation.grants],
    accessMode: creation.accessMode,
    onInterrupted: creation.onInterrupted,
    ownerInstanceId: null,
    ownerEpoch: null,
    heartbeatAt: null,
    wakeAt: null,
    crashCount: 0,
    runningMs: 0,
    nodesTotal: creation.nodesTotal,
    nodesDone: 0,
    pinned: false,
    tags: [],
    lastActor: creation.actor,
    createdAt: timestamp(internals.ports.clock.now()),
    startedAt: null,
    finishedAt: null,
  };
}
