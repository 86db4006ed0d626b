import * as z from "zod";
import { isTerminal } from "../model/job.ts";
import { encodeJson } from "../model/encode-json.ts";
import type { JsonValue, Payload } from "../model/json.ts";
import { InterruptedDecision } from "../model/run-event.ts";
import { firstViolation } from "./first-violation.ts";
import { endDetached } from "./close-run.ts";
import type { ActionContext } from "./detached-run.ts";
import { actOnRun, changeDetached, endContextFor } from "./detached-run.ts";
import { completeNode, failNode } from "./end-node.ts";
import { EngineError } from "./engine-error.ts";
import type { AnswerRequest } from "./engine-requests.ts";
import { planNode } from "./run-plan.ts";
import type { Draft, LiveNode, RunState } from "./run-state.ts";
import {
  confirmedReason,
  confirmedRunAgainReason,
  identityOf,
  nodePathOf,
  runAgainReason,
} from "./run-state.ts";

const Confirmation = z.strictObject({ confirmed: z.boolean() });
const Review = z.strictObject({ accepted: z.boolean(), reason: z.string().max(2_000).optional() });
const OutcomeDecision = z.union([
  InterruptedDecision,
  z.strictObject({ action: z.literal("fail") }),
]);

/**
 * Gives a waiting node its answer: an approval, a confirmation, a review, or what became of an
 * external effect. An answer given while the run is stalled is stored, and the run stays stalled.
 */
export function answerNode(context: ActionContext, request: AnswerRequest): Promise<void> {
  return actOnRun(context, request.runId, {
    active: async (run, draft) => {
      const live = requireWaiting(run.state, request.node);
      await apply(context, request, run.state, draft, live);
      // A confirmed or repeated node waits for its slot now.
      if (live.status === "queued") run.state.queued.push(live.index);
    },
    detached: async (run) => {
      if (isTerminal(run.status)) {
        throw new EngineError(
          "CONFLICT",
          `Run ${run.runId} is ${run.status}: nothing waits for an answer.`,
        );
      }
      await changeDetached(context, run, async (state, draft) => {
        await apply(context, request, state, draft, requireWaiting(state, request.node));
        goOn(state, draft, request);
      });
    },
  });
}

/** A waiting run is queued again, or ends when the answer made a node fail for good. */
function goOn(state: RunState, draft: Draft, request: AnswerRequest): void {
  const isWaiting = state.status === "awaiting_user" || state.status === "awaiting_validation";
  if (!isWaiting) return;
  if (state.closing !== null) {
    endDetached(state, draft, state.closing, request.actor);
    return;
  }
  draft.changes.push({
    change: "runStatus",
    from: state.status,
    to: "queued",
    reason: "answered",
    actor: request.actor,
  });
  state.status = "queued";
}

function requireWaiting(state: RunState, node: string): LiveNode {
  for (const live of state.live.values()) {
    const isNamed = live.nodeExecutionId === node || nodePathOf(state, live.index) === node;
    if (!isNamed) continue;
    if (live.status === "awaiting_user" || live.status === "awaiting_validation") return live;
    throw new EngineError("CONFLICT", `Node "${node}" is ${live.status}: it waits for no answer.`);
  }
  const waiting = [...state.live.values()]
    .filter((live) => live.status === "awaiting_user" || live.status === "awaiting_validation")
    .map((live) => nodePathOf(state, live.index));
  const hint =
    waiting.length === 0 ? "No node of this run waits." : `Waiting: ${waiting.join(", ")}.`;
  throw new EngineError("NOT_FOUND", `Node "${node}" waits for no answer. ${hint}`);
}

function apply(
  context: ActionContext,
  request: AnswerRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
): void | Promise<void> {
  if (live.status === "awaiting_validation") return review(context, request, state, draft, live);
  switch (live.question?.kind) {
    case "approval":
      return approve(context, request, state, draft, live);
    case "confirmation":
      return confirm(context, request, state, draft, live);
    case "unknown_outcome":
      return decideOutcome(context, request, state, draft, live);
    case undefined:
      throw new EngineError("CONFLICT", `Node "${request.node}" has no question.`);
  }
}

function approve(
  context: ActionContext,
  request: AnswerRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
): void | Promise<void> {
  const problem = firstViolation(live.question?.answerSchema, request.answer);
  if (problem !== null) {
    throw new EngineError("BAD_REQUEST", `The answer does not fit: ${problem.message}`, {
      pointer: problem.pointer,
    });
  }
  const output = payload(context, request.answer);
  return completeNode(
    state,
    draft,
    live,
    { output, reason: "answered" },
    endContextFor(context, request.actor),
  );
}

function confirm(
  context: ActionContext,
  request: AnswerRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
): void | Promise<void> {
  const { confirmed } = parseAnswer(Confirmation, request, '{"confirmed": true}');
  if (!confirmed)
    return refuse(context, request, state, draft, live, "A person refused to let it run.");
  const inputSha256 = live.question?.inputSha256 ?? "";
  draft.changes.push({
    change: "confirmationGiven",
    nodeExecutionId: live.nodeExecutionId,
    attempt: live.attemptNumber + 1,
    inputSha256,
    actor: request.actor,
  });
  const reason = live.mayRepeatIntended ? confirmedRunAgainReason : confirmedReason;
  requeue(state, draft, live, request, reason, payload(context, { confirmed, inputSha256 }));
  live.hasConsent = true;
}

function decideOutcome(
  context: ActionContext,
  request: AnswerRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
): void | Promise<void> {
  const example =
    '{"action": "run_again"}, {"action": "skip_with_output", "output": …}, {"action": "mark_done"} or {"action": "fail"}';
  const decision = parseAnswer(OutcomeDecision, request, example);
  switch (decision.action) {
    case "run_again":
      requeue(state, draft, live, request, runAgainReason);
      live.mayRepeatIntended = true;
      return;
    case "fail":
      return refuse(context, request, state, draft, live, "A person decided that it failed.");
    case "mark_done":
    case "skip_with_output": {
      const value = decision.action === "mark_done" ? null : decision.output;
      checkSuppliedOutput(state, live, decision.action === "mark_done" ? undefined : value);
      const completed = { output: payload(context, value), reason: decision.action };
      return completeNode(state, draft, live, completed, endContextFor(context, request.actor));
    }
  }
}

function checkSuppliedOutput(state: RunState, live: LiveNode, output: JsonValue | undefined): void {
  if (output === undefined) return;
  const { node, type } = planNode(state.plan, live.index);
  const problem = firstViolation(type.outputSchema, output);
  if (problem === null) return;
  throw new EngineError(
    "BAD_REQUEST",
    `The output does not fit node "${node.id}" (${type.type}): ${problem.message}`,
  );
}

async function review(
  context: ActionContext,
  request: AnswerRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
): Promise<void> {
  const { accepted, reason } = parseAnswer(Review, request, '{"accepted": true}');
  if (!accepted) {
    return refuse(
      context,
      request,
      state,
      draft,
      live,
      `A person rejected its output${reason === undefined ? "." : `: ${reason}`}`,
    );
  }
  const { nodeExecutionId } = live;
  const output = await context.internals.ports.storage.getPayload({
    of: "node",
    nodeExecutionId,
    slot: "output",
  });
  await completeNode(
    state,
    draft,
    live,
    { output, reason: "accepted" },
    endContextFor(context, request.actor),
  );
}

function refuse(
  context: ActionContext,
  request: AnswerRequest,
  state: RunState,
  draft: Draft,
  live: LiveNode,
  message: string,
): void | Promise<void> {
  const error = { code: "REJECTED", message, retryable: false };
  return failNode(state, draft, live, { error }, endContextFor(context, request.actor));
}

function requeue(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  request: AnswerRequest,
  reason: string,
  answer?: Payload,
): void {
  draft.changes.push({
    change: "nodeStatus",
    ...identityOf(state, live),
    from: live.status,
    to: "queued",
    reason,
    ...(answer === undefined ? {} : { answer }),
    actor: request.actor,
  });
  live.status = "queued";
  live.statusReason = reason;
  live.question = null;
}

function parseAnswer<T>(schema: z.ZodType<T>, request: AnswerRequest, example: string): T {
  const parsed = schema.safeParse(request.answer);
  if (parsed.success) return parsed.data;
  throw new EngineError("BAD_REQUEST", `Node "${request.node}" takes an answer like ${example}.`);
}

function payload(context: ActionContext, value: JsonValue): Payload {
  const text = encodeJson(value);
  return { text, ...context.internals.ports.digest(text) };
}
