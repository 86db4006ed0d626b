import type { IsolatedEvaluate } from "../expression/evaluate-bounded.ts";
import { encodeJson } from "../model/encode-json.ts";
import { nodeExecutionIdOf } from "../model/execution-id.ts";
import type { Failure } from "../model/failure.ts";
import type { JsonValue, Payload } from "../model/json.ts";
import { isJsonObject, parseJson } from "../model/json.ts";
import type { NodeStatus, Question } from "../model/node-execution.ts";
import type { PayloadRef } from "../model/workflow-run.ts";
import { firstViolation } from "./first-violation.ts";
import { staticPartOf } from "../validation/static-part.ts";
import { after } from "./after.ts";
import { defaultAnswerSchema } from "./approval-answer.ts";
import type { Clock } from "./clock.ts";
import { timestamp } from "./clock.ts";
import { failUnstartedNode } from "./end-node.ts";
import { scopeFor } from "./expression-scope-of.ts";
import { failureOf } from "./failure-of.ts";
import { markLive } from "./ready-nodes.ts";
import type { PlanNode } from "./run-plan.ts";
import { planNode } from "./run-plan.ts";
import type { Draft, LiveNode, RunState } from "./run-state.ts";
import {
  confirmedReason,
  confirmedRunAgainReason,
  identityOf,
  runAgainReason,
} from "./run-state.ts";

export interface StartContext {
  readonly clock: Clock;
  readonly isolate: IsolatedEvaluate;
  readonly digest: (text: string) => PayloadRef;
  readonly generationOf: (nodeId: string) => number;
}

const engine = { kind: "engine" } as const;

/** Writes the row of a ready node that has to wait for a slot. */
export function queueNode(
  state: RunState,
  draft: Draft,
  index: number,
  context: StartContext,
): LiveNode {
  const live = newLiveNode(state, index, context);
  live.status = "queued";
  createRow(state, draft, live, "queued", { reason: "waiting for a slot" });
  return live;
}

/**
 * Starts a ready node: a handler's node becomes running with a new attempt (its handler starts after
 * the commit), a delay is queued until it is due, an approval asks its question. A failing input
 * expression fails the node without an attempt.
 */
export function startNode(
  state: RunState,
  draft: Draft,
  index: number,
  context: StartContext,
): void | Promise<void> {
  const plan = planNode(state.plan, index);
  const live = state.live.get(index);
  if (live !== undefined && live.input !== null)
    return begin(state, draft, plan, live, live.input, context);
  // The input of a retried or resumed node is the stored one; it is not evaluated again.
  if (live?.isInputStored === true)
    throw new Error(`The input of ${live.nodeExecutionId} was not loaded.`);
  try {
    return after(resolveInput(state, plan, context), (input) =>
      "failure" in input
        ? failUnstartedNode(state, draft, index, input.failure, {
            actor: engine,
            isolate: context.isolate,
          })
        : begin(state, draft, plan, live ?? null, input.payload, context),
    );
  } catch (error) {
    return failUnstartedNode(state, draft, index, failureOf(error), {
      actor: engine,
      isolate: context.isolate,
    });
  }
}

type ResolvedInput = { readonly payload: Payload } | { readonly failure: Failure };

function resolveInput(
  state: RunState,
  plan: PlanNode,
  context: StartContext,
): ResolvedInput | Promise<ResolvedInput> {
  const resolved = after(scopeFor(state, plan.index, plan.input.nodeRefs), (scope) =>
    plan.input.resolve(scope, context.isolate),
  );
  const toPayload = (value: JsonValue | undefined): ResolvedInput => {
    // A constant input was checked by validation, before the run.
    const problem = plan.input.isConstant ? null : inputProblem(plan, value);
    if (problem !== null) return { failure: problem };
    const text = encodeJson(value ?? {});
    return { payload: { text, ...context.digest(text) } };
  };
  if (!(resolved instanceof Promise)) return toPayload(resolved);
  return resolved.then(toPayload).catch((error: unknown) => ({ failure: failureOf(error) }));
}

function inputProblem(plan: PlanNode, value: JsonValue | undefined): Failure | null {
  const problem = firstViolation(
    plan.type.inputSchema,
    value ?? {},
    plan.input.secretNames.length === 0 ? [] : staticPartOf(plan.node.with).dynamic,
  );
  if (problem === null) return null;
  return {
    code: "INPUT_INVALID",
    message: `The input of node "${plan.node.id}" does not fit ${plan.type.type}: ${problem.message}`,
    pointer: problem.pointer,
    retryable: false,
  };
}

function begin(
  state: RunState,
  draft: Draft,
  plan: PlanNode,
  queued: LiveNode | null,
  input: Payload,
  context: StartContext,
): void {
  const live = queued ?? newLiveNode(state, plan.index, context);
  const isNew = queued === null;
  live.input = input;
  switch (plan.type.kind) {
    case "handler":
      if (plan.sensitive && needsConfirmation(plan, live)) {
        ask(state, draft, live, isNew, confirmationOf(plan, input));
      } else startAttempt(state, draft, live, isNew, input);
      return;
    case "delay":
      delay(state, draft, live, isNew, input, context);
      return;
    case "approval":
      ask(state, draft, live, isNew, approvalOf(plan, input, context));
      return;
  }
}

function startAttempt(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  isNew: boolean,
  input: Payload,
): void {
  const number = live.attemptNumber + 1;
  const attempt = { number, status: "running" } as const;
  if (isNew) {
    createRow(state, draft, live, "running", { attempt, input });
    live.isInputStored = true;
  } else changeRow(state, draft, live, "running", { attempt, ...inputOnce(live, input) });
  live.attemptNumber = number;
  live.statusReason = "";
  live.notBefore = null;
  draft.starting.push(live);
}

/** A new attempt asks again, unless the node keeps a person's consent to the same input. */
function needsConfirmation(plan: PlanNode, live: LiveNode): boolean {
  const { statusReason } = live;
  if (statusReason === confirmedReason || statusReason === confirmedRunAgainReason) return false;
  return !(plan.node.consent === "keep" && live.hasConsent);
}

function confirmationOf(plan: PlanNode, input: Payload): Question {
  return {
    kind: "confirmation",
    text: `May "${plan.node.name ?? plan.node.id}" (${plan.type.type}) run with this input?`,
    inputSha256: input.sha256,
  };
}

function approvalOf(plan: PlanNode, input: Payload, context: StartContext): Question {
  const value = parseJson(input.text);
  const fields = isJsonObject(value) ? value : {};
  const { question, schema, expiresInMs, onExpire } = fields as {
    readonly [key: string]: JsonValue | undefined;
  };
  return {
    kind: "approval",
    text: typeof question === "string" ? question : (plan.node.name ?? plan.node.id),
    answerSchema: schema ?? defaultAnswerSchema,
    ...(typeof expiresInMs === "number"
      ? { expiresAt: timestamp(context.clock.now() + expiresInMs), onExpire: onExpire ?? "fail" }
      : {}),
  };
}

function ask(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  isNew: boolean,
  question: Question,
): void {
  const input = live.input;
  if (isNew) {
    createRow(state, draft, live, "queued", input === null ? {} : { input });
    live.isInputStored = true;
  }
  changeRow(state, draft, live, "awaiting_user", {
    question,
    // Kept over the question: the decision that its outcome may be repeated.
    ...(live.mayRepeatIntended ? { reason: runAgainReason } : {}),
    ...(isNew || input === null ? {} : inputOnce(live, input)),
  });
  live.question = question;
}

function delay(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  isNew: boolean,
  input: Payload,
  context: StartContext,
): void {
  const dueAt = delayDueAt(parseJson(input.text), context.clock.now());
  const notBefore = timestamp(dueAt);
  live.notBefore = dueAt;
  // A delay needs no slot, so it never has a row before this one.
  if (isNew) createRow(state, draft, live, "queued", { input, notBefore, reason: "delay" });
}

function delayDueAt(input: JsonValue, now: number): number {
  if (!isJsonObject(input)) return now;
  const { ms, until } = input as { readonly [key: string]: JsonValue | undefined };
  if (typeof ms === "number") return now + ms;
  return typeof until === "string" ? Date.parse(until) : now;
}

function newLiveNode(state: RunState, index: number, context: StartContext): LiveNode {
  const sequence = state.nextSequence;
  state.nextSequence += 1;
  const live: LiveNode = {
    index,
    nodeExecutionId: nodeExecutionIdOf(state.run.runId, sequence),
    sequence,
    generation: context.generationOf(planNode(state.plan, index).node.id),
    status: "queued",
    statusReason: "",
    input: null,
    isInputStored: false,
    attemptNumber: 0,
    failedAttempts: 0,
    notBefore: null,
    question: null,
    hasConsent: false,
    mayHaveSteps: false,
    mayRepeatIntended: false,
    hasOutput: false,
  };
  state.live.set(index, live);
  markLive(state.progress, index);
  return live;
}

interface RowDetails {
  readonly reason?: string;
  readonly attempt?: { readonly number: number; readonly status: "running" };
  readonly input?: Payload;
  readonly notBefore?: string;
  readonly question?: Question;
}

function createRow(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  status: "queued" | "running",
  details: RowDetails,
): void {
  const plan = planNode(state.plan, live.index);
  draft.changes.push({
    change: "createNode",
    ...identityOf(state, live),
    nodeType: plan.type.type,
    replay: plan.replay,
    generation: live.generation,
    status,
    actor: engine,
    ...details,
  });
  live.status = status;
  live.statusReason = details.reason ?? "";
}

function changeRow(
  state: RunState,
  draft: Draft,
  live: LiveNode,
  to: NodeStatus,
  details: RowDetails,
): void {
  draft.changes.push({
    change: "nodeStatus",
    ...identityOf(state, live),
    from: live.status,
    to,
    actor: engine,
    ...details,
  });
  live.status = to;
  live.statusReason = details.reason ?? "";
}

function inputOnce(live: LiveNode, input: Payload): { input?: Payload } {
  if (live.isInputStored) return {};
  live.isInputStored = true;
  return { input };
}
