import type { NodeRow, ShortAttempt } from "../../../app/contract/node-row.ts";
import type { NodeExecution } from "../../../app/model/node-execution.ts";
import type { KnownDefinition } from "./node-names.ts";
import type { ReadStorage } from "./read-storage.ts";
import { pageFailureOf } from "./short-failure.ts";

const earlierAttempts = 20;

/** A node as the run page shows it, with its attempts in short. */
export async function readNodeRow(
  storage: ReadStorage,
  names: KnownDefinition | null,
  node: NodeExecution,
): Promise<NodeRow> {
  const attempts = await readAttempts(storage, node);
  return {
    ...node,
    error: node.error === null ? null : pageFailureOf(node.error),
    name: names?.nameOf(node.nodePath) ?? node.nodePath,
    currentAttempt: attempts.find(({ number }) => number === node.attemptNumber) ?? null,
    earlierAttempts: attempts
      .filter(({ number }) => number < node.attemptNumber)
      .slice(-earlierAttempts),
  };
}

async function readAttempts(
  storage: ReadStorage,
  { nodeExecutionId, attemptNumber }: NodeExecution,
): Promise<ShortAttempt[]> {
  if (attemptNumber === 0) return [];
  const attempts = await storage.listAttempts(nodeExecutionId);
  return attempts.map(({ number, status, startedAt, finishedAt, error }) => ({
    number,
    status,
    startedAt,
    finishedAt,
    errorCode: error?.code ?? null,
  }));
}
