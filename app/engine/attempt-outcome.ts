import type { Failure } from "../model/failure.ts";
import type { JobMetrics } from "../model/job.ts";
import type { AttemptChange } from "../storage/change.ts";
import type { ActiveRun, AttemptHandle } from "./active-run.ts";
import { after } from "./after.ts";
import { backoffMs } from "./backoff.ts";
import { timestamp } from "./clock.ts";
import { completeNode, failNode } from "./end-node.ts";
import type { AttemptResult } from "./run-attempt.ts";
import { addMetrics } from "./run-attempt.ts";
import type { PlanNode } from "./run-plan.ts";
import { planNode } from "./run-plan.ts";
import type { Draft, LiveNode } from "./run-state.ts";
import { identityOf } from "./run-state.ts";

const engine = { kind: "engine" } as const;

/** What an attempt's end means for its node: done, waiting for review, tried again, asked about, failed. */
export function applyAttemptResult(
  run: ActiveRun,
  draft: Draft,
  handle: AttemptHandle,
  result: AttemptResult,
): void | Promise<void> {
  const { state } = run;
  const live = state.live.get(handle.index);
  // Somebody else ended the node meanwhile: the result is late.
  if (live?.status !== "running" || live.attemptNumber !== handle.number) return;
  state.metrics = addMetrics(state.metrics, result.metrics);
  if (state.closing !== null) {
    cancelNode(run, draft, live, result);
    return;
  }
  return after(applyResult(run, draft, live, result), () => closeOverBudget(run, draft));
}

function applyResult(
  run: ActiveRun,
  draft: Draft,
  live: LiveNode,
  result: AttemptResult,
): void | Promise<void> {
  const plan = planNode(run.state.plan, live.index);
  const number = live.attemptNumber;
  if (result.kind === "completed") {
    const attempt: AttemptChange = { number, status: "completed", metrics: result.metrics };
    if (needsReview(run, plan)) {
      changeNode(run, draft, live, "awaiting_validation", {
        attempt,
        output: result.output,
        reason: "review",
      });
      live.hasOutput = true;
      return;
    }
    return completeNode(run.state, draft, live, { output: result.output, attempt }, run.endContext);
  }
  const { error, metrics } = result;
  if (result.kind === "unknown" || isOutcomeUnknown(plan, error)) {
    askForOutcome(run, draft, live, { ...error, outcomeUnknown: true }, metrics);
    return;
  }
  const attempt: AttemptChange = { number, status: "failed", error, metrics };
  live.failedAttempts += 1;
  if (mayRetry(plan, live, error)) {
    retryLater(run, draft, live, attempt);
    return;
  }
  return failNode(run.state, draft, live, { error, attempt }, run.endContext);
}

/** preview_only proposes: what a node with effects made is looked at by a person. */
function needsReview(run: ActiveRun, plan: PlanNode): boolean {
  if (plan.node.review) return true;
  const hasEffects = plan.type.families.some(
    (family) => family !== "fs.read" && family !== "secret",
  );
  return run.state.run.accessMode === "preview_only" && hasEffects;
}

/** engine.md §6: after a timeout or a lost child nobody knows what an external node has done. */
function isOutcomeUnknown(plan: PlanNode, error: Failure): boolean {
  if (plan.replay !== "external" || error.effectNotStarted === true) return false;
  return error.outcomeUnknown === true || error.code === "TIMEOUT" || error.code === "CHILD_LOST";
}

function mayRetry(plan: PlanNode, live: LiveNode, error: Failure): boolean {
  if (error.retryable === false || live.failedAttempts >= plan.node.retry.maxAttempts) return false;
  return plan.replay !== "external" || error.effectNotStarted === true;
}

function retryLater(run: ActiveRun, draft: Draft, live: LiveNode, attempt: AttemptChange): void {
  const { clock, random } = run.internals.ports;
  const { retry } = planNode(run.state.plan, live.index).node;
  const dueAt = clock.now() + backoffMs(retry, live.failedAttempts, random());
  changeNode(run, draft, live, "queued", {
    attempt,
    notBefore: timestamp(dueAt),
    reason: `retry ${live.failedAttempts} of ${retry.maxAttempts - 1}`,
  });
  live.notBefore = dueAt;
  run.due.add(live.index, dueAt);
}

function askForOutcome(
  run: ActiveRun,
  draft: Draft,
  live: LiveNode,
  error: Failure,
  metrics: JobMetrics,
): void {
  const attempt: AttemptChange = { number: live.attemptNumber, status: "failed", error, metrics };
  const question = unknownOutcomeQuestion(planNode(run.state.plan, live.index), error.message);
  changeNode(run, draft, live, "awaiting_user", { attempt, question, reason: "outcome unknown" });
  live.question = question;
}

export function unknownOutcomeQuestion(plan: PlanNode, why: string) {
  const name = plan.node.name ?? plan.node.id;
  return {
    kind: "unknown_outcome" as const,
    text: `"${name}" (${plan.type.type}) may or may not have taken effect: ${why} Run it again, supply its output, or mark it as done?`,
  };
}

function cancelNode(run: ActiveRun, draft: Draft, live: LiveNode, result: AttemptResult): void {
  const { closing } = run.state;
  const reason = closing?.reason ?? "";
  const isExternal = planNode(run.state.plan, live.index).replay === "external";
  const startedNothing = result.kind !== "completed" && result.error.effectNotStarted === true;
  const error: Failure = {
    code: "CANCELLED",
    message: reason,
    ...(isExternal && !startedNothing ? { outcomeUnknown: true } : {}),
  };
  changeNode(run, draft, live, "cancelled", {
    attempt: { number: live.attemptNumber, status: "cancelled", error, metrics: result.metrics },
    reason,
  });
  run.state.live.delete(live.index);
}

function closeOverBudget(run: ActiveRun, draft: Draft): void {
  const { state } = run;
  if (state.closing !== null) return;
  const { maxTokens, maxCostUsd } = state.plan.definition.limits;
  const { totalTokens, costUsd } = state.metrics;
  if (maxTokens !== undefined && totalTokens > maxTokens) {
    closeForLimit(
      run,
      draft,
      "TOKEN_LIMIT",
      `The run used ${totalTokens} tokens, ${maxTokens} were allowed.`,
    );
  } else if (maxCostUsd !== undefined && costUsd > maxCostUsd) {
    closeForLimit(
      run,
      draft,
      "COST_LIMIT",
      `The run cost ${costUsd} USD, ${maxCostUsd} were allowed.`,
    );
  }
}

/** Begins to close a run that went over one of its limits. */
export function closeForLimit(run: ActiveRun, draft: Draft, code: string, message: string): void {
  const closing = {
    to: "failed" as const,
    reason: message,
    error: { code, message, retryable: false },
  };
  run.state.closing = closing;
  draft.changes.push({ change: "runClosing", closing, actor: engine });
}

type NodeChange = Extract<Draft["changes"][number], { change: "nodeStatus" }>;

function changeNode(
  run: ActiveRun,
  draft: Draft,
  live: LiveNode,
  to: NodeChange["to"],
  details: Partial<Pick<NodeChange, "attempt" | "output" | "reason" | "notBefore" | "question">>,
): void {
  draft.changes.push({
    change: "nodeStatus",
    ...identityOf(run.state, live),
    from: live.status,
    to,
    actor: engine,
    ...details,
  });
  live.status = to;
  live.statusReason = details.reason ?? "";
}
