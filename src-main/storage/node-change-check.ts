import { Failure } from "../../app/model/failure.ts";
import { nodeExecutionIdOf } from "../../app/model/execution-id.ts";
import { JobMetrics } from "../../app/model/job.ts";
import type { Payload } from "../../app/model/json.ts";
import { Question } from "../../app/model/node-execution.ts";
import type { ChangeNodeStatus, CreateNodeExecution } from "../../app/storage/change.ts";
import { refuse } from "./group-rejection.ts";
import { isTimestamp } from "./timestamp.ts";

/**
 * What the `node.status` schema checks, by hand; the words of closed lists are checked by the tables.
 * A test proves that both accept and refuse the same.
 */
export function checkNodeChange(
  change: ChangeNodeStatus | CreateNodeExecution,
  runId: string,
): void {
  const { sequence } = change;
  if (!Number.isInteger(sequence) || sequence < 1 || sequence > 1_048_575)
    fail(change, "its sequence is no number from 1 to 1048575");
  if (change.nodeExecutionId !== nodeExecutionIdOf(runId, sequence))
    fail(change, "its id is not made of its run and sequence");
  if (typeof change.nodePath !== "string") fail(change, "its nodePath is no text");
  if (typeof change.iterationPath !== "string") fail(change, "its iterationPath is no text");
  if (change.reason !== undefined && typeof change.reason !== "string")
    fail(change, "its reason is no text");
  if (change.input !== undefined) checkPayload(change, change.input);
  if (change.output !== undefined) checkPayload(change, change.output);
  if (change.answer !== undefined) checkPayload(change, change.answer);
  if (change.notBefore !== undefined && !isTimestamp(change.notBefore))
    fail(change, "notBefore is no RFC 3339 time in UTC with milliseconds");
  if (change.takenEdges !== undefined) {
    if (!Array.isArray(change.takenEdges)) fail(change, "takenEdges is no list");
    for (const edge of change.takenEdges) {
      if (!Number.isInteger(edge) || edge < 0) fail(change, "takenEdges holds no edge number");
    }
  }
  if (change.error !== undefined) check(change, Failure, change.error);
  if (change.question !== undefined) check(change, Question, change.question);
  const { attempt } = change;
  if (attempt !== undefined) {
    if (!Number.isInteger(attempt.number) || attempt.number < 1)
      fail(change, "its attempt has no number");
    if (attempt.error !== undefined) check(change, Failure, attempt.error);
    if (attempt.metrics !== undefined && !areMetrics(attempt.metrics))
      check(change, JobMetrics, attempt.metrics);
  }
  if (change.change === "createNode") {
    if (typeof change.nodeType !== "string") fail(change, "its nodeType is no text");
    if (!Number.isInteger(change.generation)) fail(change, "its generation is no whole number");
  }
}

/** As an engine makes them; what is not so is looked at by its schema, which says what is wrong. */
function areMetrics(metrics: JobMetrics): boolean {
  if (typeof metrics !== "object" || metrics === null) return false;
  const { durationMs, totalTokens, inputTokens, outputTokens, costUsd } = metrics;
  return (
    isCount(durationMs) &&
    isCount(totalTokens) &&
    isCount(inputTokens) &&
    isCount(outputTokens) &&
    Number.isFinite(costUsd) &&
    costUsd >= 0 &&
    Object.keys(metrics).length === 5
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function checkPayload(change: ChangeNodeStatus | CreateNodeExecution, payload: Payload): void {
  if (
    typeof payload.text !== "string" ||
    typeof payload.sha256 !== "string" ||
    payload.sha256.length !== 64
  ) {
    fail(change, "a payload is not text with its SHA-256");
  }
  if (!Number.isInteger(payload.bytes) || payload.bytes < 0)
    fail(change, "a payload has no length");
}

interface Schema {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly error?: { readonly message: string } | undefined;
  };
}

function check(
  change: ChangeNodeStatus | CreateNodeExecution,
  schema: Schema,
  value: unknown,
): void {
  const result = schema.safeParse(value);
  if (!result.success) fail(change, result.error?.message ?? "malformed");
}

function fail(change: ChangeNodeStatus | CreateNodeExecution, why: string): never {
  throw refuse(`A node.status event of ${change.nodeExecutionId}`, why);
}
