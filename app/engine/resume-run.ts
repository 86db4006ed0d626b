import { encodeJson } from "../model/encode-json.ts";
import type { JsonValue } from "../model/json.ts";
import type { InterruptedDecision } from "../model/run-event.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import { StorageError } from "../storage/storage-error.ts";
import { firstViolation } from "./first-violation.ts";
import { unknownOutcomeQuestion } from "./attempt-outcome.ts";
import type { ActionContext } from "./detached-run.ts";
import { changeDetached, commitDraft, endContextFor, requireRun } from "./detached-run.ts";
import { completeNode } from "./end-node.ts";
import { EngineError } from "./engine-error.ts";
import type { ResumeRunRequest } from "./engine-requests.ts";
import { ruleFor } from "./grant-rule.ts";
import { planNode } from "./run-plan.ts";
import type { Draft, LiveNode, RunState } from "./run-state.ts";
import { identityOf, nodePathOf, runAgainReason } from "./run-state.ts";

/**
 * stalled or poisoned → queued (engine.md §6, §7): interrupted pure and idempotent nodes run again,
 * external ones follow their decision or ask a person; completed nodes are left alone. Capabilities
 * are checked again first. CONFLICT "already resumed" for everyone but the first.
 */
export async function resumeRun(context: ActionContext, request: ResumeRunRequest): Promise<void> {
  const run = await requireRun(context, request.runId);
  refuseUnlessResumable(run, request);
  try {
    await changeDetached(context, run, (state, draft) => resume(context, request, state, draft));
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "CONFLICT") throw error;
    const now = await requireRun(context, request.runId);
    refuseUnlessResumable(now, request);
    throw error;
  }
}

function refuseUnlessResumable(run: WorkflowRun, request: ResumeRunRequest): void {
  if (run.status === "poisoned" && request.confirmPoisoned !== true) {
    throw new EngineError(
      "CONFLICT",
      `Run ${run.runId} was set aside after ${run.crashCount} crashes. Resume it only with a typed confirmation.`,
      { status: run.status },
    );
  }
  if (run.status === "stalled" || run.status === "poisoned") return;
  const wasResumed =
    run.startedAt !== null &&
    !["completed", "completed_with_issues", "failed", "cancelled"].includes(run.status);
  throw new EngineError(
    "CONFLICT",
    wasResumed
      ? `Run ${run.runId} was already resumed; it is ${run.status}.`
      : `Run ${run.runId} is ${run.status}, not stalled: there is nothing to resume.`,
    { status: run.status },
  );
}

async function resume(
  context: ActionContext,
  request: ResumeRunRequest,
  state: RunState,
  draft: Draft,
): Promise<void> {
  const decisions = decisionsOf(state, request);
  const denied = checkGrants(state, draft, request);
  if (denied.length > 0) {
    await commitDraft(context, request.runId, draft, state);
    throw new EngineError(
      "CONFLICT",
      `Run ${request.runId} stays stalled: it is not granted ${denied.join(", ")} any more.`,
      { denied },
    );
  }
  draft.changes.push({
    change: "runResumed",
    from: state.status === "poisoned" ? "poisoned" : "stalled",
    decisions: [...decisions].map(([live, decision]) => ({
      nodeExecutionId: live.nodeExecutionId,
      decision,
    })),
    ...(request.policy === undefined ? {} : { policy: request.policy }),
    actor: request.actor,
  });
  for (const live of state.live.values()) {
    if (live.status !== "stalled") continue;
    const decision = decisions.get(live);
    if (decision === undefined || decision.action === "run_again") {
      await requeue(context, request, state, draft, live, decision !== undefined);
    } else await complete(context, request, state, draft, live, decision);
  }
  state.status = "queued";
}

function decisionsOf(
  state: RunState,
  request: ResumeRunRequest,
): Map<LiveNode, InterruptedDecision> {
  const decisions = new Map<LiveNode, InterruptedDecision>();
  const stalled = [...state.live.values()].filter((live) => live.status === "stalled");
  for (const [id, decision] of Object.entries(request.decisions ?? {})) {
    const live = stalled.find(
      (one) => one.nodeExecutionId === id || nodePathOf(state, one.index) === id,
    );
    if (live === undefined) {
      const names = stalled.map((one) => nodePathOf(state, one.index)).join(", ");
      throw new EngineError(
        "BAD_REQUEST",
        `Node "${id}" was not interrupted. Interrupted: ${names || "none"}.`,
      );
    }
    if (decision.action === "skip_with_output") checkOutput(state, live, decision.output);
    decisions.set(live, decision);
  }
  return decisions;
}

function checkOutput(state: RunState, live: LiveNode, output: JsonValue): void {
  const plan = planNode(state.plan, live.index);
  const problem = firstViolation(plan.type.outputSchema, output);
  if (problem === null) return;
  throw new EngineError(
    "BAD_REQUEST",
    `The output given for node "${plan.node.id}" does not fit ${plan.type.type}: ${problem.message}`,
    { pointer: problem.pointer },
  );
}

/** Allow and deny are both recorded; a run that lacks a grant stays stalled. */
function checkGrants(state: RunState, draft: Draft, request: ResumeRunRequest): string[] {
  const grants = request.grants ?? state.run.grants;
  const denied: string[] = [];
  for (const capability of state.plan.definition.capabilities) {
    const rule = ruleFor(capability, grants);
    if (rule === null) denied.push(capability);
    draft.changes.push({
      change: "capabilityChecked",
      capability,
      allowed: rule !== null,
      rule: rule ?? "not granted",
      actor: request.actor,
    });
  }
  return denied;
}

async function requeue(
  { internals }: ActionContext,
  request: ResumeRunRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
  isDecided: boolean,
): Promise<void> {
  const plan = planNode(state.plan, live.index);
  const isOpen = plan.replay === "external" || (await hasOpenIntent(internals.ports.storage, live));
  const asks = isOpen && !isDecided;
  const question = asks ? unknownOutcomeQuestion(plan, "the app stopped while it ran.") : undefined;
  draft.changes.push({
    change: "nodeStatus",
    ...identityOf(state, live),
    from: "stalled",
    to: asks ? "awaiting_user" : "queued",
    reason: asks ? "outcome unknown" : isDecided ? runAgainReason : "resumed",
    ...(question === undefined ? {} : { question }),
    actor: request.actor,
  });
}

/** An external sub-step that was begun and not recorded. */
async function hasOpenIntent(
  storage: ActionContext["internals"]["ports"]["storage"],
  live: LiveNode,
): Promise<boolean> {
  const steps = await storage.listSubSteps(live.nodeExecutionId);
  return steps.some((step) => step.status === "intended");
}

async function complete(
  context: ActionContext,
  request: ResumeRunRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
  decision: Exclude<InterruptedDecision, { action: "run_again" }>,
): Promise<void> {
  const text = encodeJson(decision.action === "mark_done" ? null : decision.output);
  const output = { text, ...context.internals.ports.digest(text) };
  const reason = decision.action === "mark_done" ? "marked done" : "output supplied";
  const actor = { ...request.actor, kind: "human" as const };
  await completeNode(state, draft, live, { output, reason }, endContextFor(context, actor));
}
