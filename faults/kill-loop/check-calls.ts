import type { Attempt, NodeExecution } from "../../app/model/node-execution.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import type { LedgerCall } from "./call-ledger.ts";

export interface CallsOfRun {
  readonly attemptsOf: (nodeExecutionId: string) => Promise<readonly EndedAttempt[]>;
  readonly nodes: readonly CalledNode[];
  readonly events: readonly RunEvent[];
  readonly calls: readonly LedgerCall[];
}

export type EndedAttempt = Pick<Attempt, "number" | "status">;
export type CalledNode = Pick<NodeExecution, "nodePath" | "nodeExecutionId">;

/**
 * The ledger against the history: no call without a committed attempt, no attempt called twice, nothing
 * called again after it was completed or recorded, and one idempotency key for all attempts.
 */
export async function checkCalls(run: CallsOfRun): Promise<string[]> {
  const problems: string[] = [];
  for (const node of run.nodes) {
    const calls = run.calls.filter(({ nodePath }) => nodePath === node.nodePath);
    const attempts = await run.attemptsOf(node.nodeExecutionId);
    problems.push(...checkHandlerCalls(node, calls, attempts));
    problems.push(...checkSubStepCalls(node, calls, run.events));
    const keys = new Set(
      calls.filter(({ call }) => call === "handler").map(({ idempotencyKey }) => idempotencyKey),
    );
    if (keys.size > 1) problems.push(`${node.nodePath} had ${keys.size} idempotency keys`);
  }
  const known = new Set(run.nodes.map(({ nodePath }) => nodePath));
  for (const { nodePath } of run.calls)
    if (!known.has(nodePath)) problems.push(`${nodePath} was called, but has no execution`);
  return problems;
}

function checkHandlerCalls(
  { nodePath }: CalledNode,
  calls: readonly LedgerCall[],
  attempts: readonly EndedAttempt[],
): string[] {
  const problems: string[] = [];
  const completed = attempts.find(({ status }) => status === "completed");
  const called = calls.filter(({ call }) => call === "handler").map(({ attempt }) => attempt);
  for (const attempt of new Set(called)) {
    const times = called.filter((each) => each === attempt).length;
    if (times > 1) problems.push(`attempt ${attempt} of ${nodePath} was called ${times} times`);
    if (!attempts.some(({ number }) => number === attempt))
      problems.push(`attempt ${attempt} of ${nodePath} was called before it was committed`);
    if (completed !== undefined && attempt > completed.number)
      problems.push(`${nodePath} was called again (${attempt}) after it was completed`);
  }
  if (called.length > 0 && completed !== undefined && !called.includes(completed.number))
    problems.push(`${nodePath} was completed by attempt ${completed.number}, which was not called`);
  return problems;
}

function checkSubStepCalls(
  { nodePath, nodeExecutionId }: CalledNode,
  calls: readonly LedgerCall[],
  events: readonly RunEvent[],
): string[] {
  const problems: string[] = [];
  const recordedBy = new Map<string, number>();
  for (const event of events) {
    if (event.type !== "step.recorded" || event.data.nodeExecutionId !== nodeExecutionId) continue;
    const step = `${event.data.name} ${event.data.n}`;
    if (recordedBy.has(step)) problems.push(`${nodePath} ${step} was recorded twice`);
    recordedBy.set(step, event.data.attempt);
  }
  const called = calls.filter(({ call }) => call === "sub-step");
  for (const { name = "", n = 0, attempt } of called) {
    const attemptOfRecord = recordedBy.get(`${name} ${n}`);
    if (attemptOfRecord !== undefined && attempt > attemptOfRecord)
      problems.push(`${nodePath} ${name} ${n} was called again after it was recorded`);
    const times = called.filter(
      (each) => each.name === name && each.n === n && each.attempt === attempt,
    ).length;
    if (times > 1)
      problems.push(`${nodePath} ${name} ${n} was called ${times} times in one attempt`);
  }
  return problems;
}
