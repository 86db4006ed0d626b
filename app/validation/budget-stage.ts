import type { WorkflowNode } from "../model/workflow-definition.ts";
import { createProblemList, type Problem, type ProblemList } from "./problem.ts";
import type { Validation } from "./validation.ts";

/** The largest input, output or sub-step result, in bytes of JSON (engine.md §8). */
export const largestPayloadBytes = 100_000_000;

/**
 * Limits that contradict each other or can never matter. Token and cost limits may stand in any
 * workflow, also where no node spends any: they are a promise, and nodes change.
 */
export function checkBudget(validation: Validation): readonly Problem[] {
  const list = createProblemList({ stage: "budget", file: validation.file });
  for (const [index, node] of validation.definition.nodes.entries()) {
    if (list.isFull) break;
    checkTimeout(list, { node, pointer: `/nodes/${index}`, validation });
    checkRetry(list, { node, pointer: `/nodes/${index}`, validation });
  }
  checkInputSize(list, validation);
  return list.problems;
}

interface CheckedNode {
  readonly node: WorkflowNode;
  readonly pointer: string;
  readonly validation: Validation;
}

function checkTimeout(list: ProblemList, { node, pointer, validation }: CheckedNode): void {
  if (node.timeoutMs === undefined) return;
  const kind = validation.registry.get(node.type)?.kind;
  if (kind === "delay" || kind === "approval") {
    list.add({
      code: "TIMEOUT_WITHOUT_ATTEMPT",
      pointer: `${pointer}/timeoutMs`,
      nodeId: node.id,
      message: `a node of type "${node.type}" has no attempt that could time out`,
      found: `${node.timeoutMs} ms`,
      expected: kind === "approval" ? '"expiresInMs" in its "with"' : "no time limit",
    });
    return;
  }
  const limit = validation.definition.limits.timeoutMs;
  if (limit === undefined || node.timeoutMs <= limit) return;
  list.add({
    code: "TIMEOUT_ABOVE_RUN_LIMIT",
    pointer: `${pointer}/timeoutMs`,
    nodeId: node.id,
    message: "the node may take longer than the whole run",
    found: `${node.timeoutMs} ms`,
    expected: `at most the run's ${limit} ms, or a higher /limits/timeoutMs`,
  });
}

function checkRetry(list: ProblemList, { node, pointer, validation }: CheckedNode): void {
  const { maxAttempts, initialDelayMs, maxDelayMs } = node.retry;
  if (maxAttempts === 1) return;
  const kind = validation.registry.get(node.type)?.kind;
  if (kind === "delay" || kind === "approval") {
    list.add({
      code: "RETRY_WITHOUT_ATTEMPT",
      pointer: `${pointer}/retry/maxAttempts`,
      nodeId: node.id,
      message: `a node of type "${node.type}" has no attempt that could be repeated`,
      found: String(maxAttempts),
      expected: "no retry",
    });
    return;
  }
  if (initialDelayMs <= maxDelayMs) return;
  list.add({
    code: "RETRY_DELAY",
    pointer: `${pointer}/retry/initialDelayMs`,
    nodeId: node.id,
    message: "the first delay is longer than the longest one",
    found: `${initialDelayMs} ms`,
    expected: `at most maxDelayMs, which is ${maxDelayMs} ms`,
  });
}

function checkInputSize(list: ProblemList, { input }: Validation): void {
  if (input === undefined) return;
  const bytes = new TextEncoder().encode(JSON.stringify(input)).byteLength;
  if (bytes <= largestPayloadBytes) return;
  list.add({
    code: "INPUT_TOO_LARGE",
    pointer: "",
    message: "the run's input is too large",
    found: `${bytes} bytes`,
    expected: `at most ${largestPayloadBytes} bytes; write the data to a file and pass its path`,
  });
}
