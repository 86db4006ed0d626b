import { encodeJson } from "../model/encode-json.ts";
import type { Failure } from "../model/failure.ts";
import type { JobMetrics } from "../model/job.ts";
import { noMetrics } from "../model/job.ts";
import type { JsonObject, JsonValue, Payload } from "../model/json.ts";
import { isJsonObject, parseJson } from "../model/json.ts";
import { firstViolation } from "./first-violation.ts";
import { failureOf } from "./failure-of.ts";
import type { NodeContext } from "./node-registry.ts";
import type { PayloadRef } from "../model/workflow-run.ts";
import type { PlanNode } from "./run-plan.ts";
import type { SecretMarker } from "./secret-marker.ts";
import { restoreSecrets } from "./secret-marker.ts";
import { OutcomeUnknownError } from "./sub-steps.ts";

/** How one call of a handler ended. Metrics are those of this attempt. */
export type AttemptResult =
  | { readonly kind: "completed"; readonly output: Payload; readonly metrics: JobMetrics }
  | { readonly kind: "failed"; readonly error: Failure; readonly metrics: JobMetrics }
  /** An effect may have happened, and only a person can say. */
  | { readonly kind: "unknown"; readonly error: Failure; readonly metrics: JobMetrics };

export interface AttemptRequest {
  readonly plan: PlanNode;
  readonly input: Payload;
  readonly context: NodeContext;
  readonly metrics: MetricsCounter;
  /** The values of the secrets that the node's input names. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly marker: SecretMarker | null;
  readonly digest: (text: string) => PayloadRef;
}

/** engine.md §8: one limit for inputs, outputs and sub-steps alike. */
export const largestPayloadBytes = 100 * 1024 * 1024;

/**
 * Calls the handler with the stored input, parsed back, and turns whatever happens into a result. At
 * once when the handler answers at once. Throws or rejects only with a StorageError: storage failed for
 * good under the handler, which must not become the node's failure.
 */
export function runAttempt(request: AttemptRequest): AttemptResult | Promise<AttemptResult> {
  try {
    const outcome = request.plan.type.execute(handlerInput(request), request.context);
    if (!(outcome instanceof Promise)) return completed(request, outcome);
    return outcome
      .then((output) => completed(request, output))
      .catch((error: unknown) => failed(request, error));
  } catch (error) {
    return failed(request, error);
  }
}

function handlerInput({ input, secrets }: AttemptRequest): JsonObject {
  const parsed = parseJson(input.text);
  const value = secrets.size === 0 ? parsed : restoreSecrets(parsed, secrets);
  return isJsonObject(value) ? value : {};
}

function completed(request: AttemptRequest, output: JsonValue): AttemptResult {
  const { plan, marker, metrics } = request;
  try {
    const payload = payloadOf(output, marker, request.digest);
    const problem = outputProblem(plan, output);
    if (problem !== null) return { kind: "failed", error: problem, metrics: metrics.read() };
    return { kind: "completed", output: payload, metrics: metrics.read() };
  } catch (error) {
    return failed(request, error);
  }
}

/** The stored form of a handler's value: checked to be JSON, known secrets replaced by their names. */
export function payloadOf(
  value: JsonValue,
  marker: SecretMarker | null,
  digest: AttemptRequest["digest"],
): Payload {
  const text = encodeJson(value);
  const stored = marker === null ? text : encodeJson(marker.markJson(parseJson(text)));
  const payload = { text: stored, ...digest(stored) };
  if (payload.bytes > largestPayloadBytes) throw new PayloadTooLargeError(payload.bytes);
  return payload;
}

export class PayloadTooLargeError extends Error {
  constructor(bytes: number) {
    super(
      `Result too large (${(bytes / 1024 / 1024).toFixed(1)} MB, at most ${largestPayloadBytes / 1024 / 1024} MB). ` +
        "Write it to a file and return its path.",
    );
    this.name = "PayloadTooLargeError";
  }
}

function outputProblem(plan: PlanNode, output: JsonValue): Failure | null {
  const problem = firstViolation(plan.type.outputSchema, output);
  if (problem === null) return null;
  return {
    code: "OUTPUT_INVALID",
    message: `Node type ${plan.type.type} returned something that its output schema does not allow: ${problem.message}`,
    pointer: problem.pointer,
    retryable: false,
  };
}

function failed({ context, marker, metrics }: AttemptRequest, error: unknown): AttemptResult {
  if (error instanceof OutcomeUnknownError) {
    return {
      kind: "unknown",
      error: { ...failureOf(error), outcomeUnknown: true },
      metrics: metrics.read(),
    };
  }
  if (error instanceof PayloadTooLargeError) {
    return {
      kind: "failed",
      error: { code: "PAYLOAD_TOO_LARGE", message: error.message, retryable: false },
      metrics: metrics.read(),
    };
  }
  const failure = context.signal.aborted ? abortFailure(context.signal, error) : failureOf(error);
  return { kind: "failed", error: maskFailure(failure, marker), metrics: metrics.read() };
}

/** A handler that ends because it was told to: the reason counts, not what it threw. */
function abortFailure(signal: AbortSignal, error: unknown): Failure {
  const reason: unknown = signal.reason;
  return reason instanceof AbortReason ? reason.failure : failureOf(error);
}

/** Why a handler's signal was aborted. */
export class AbortReason extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "AbortError";
    this.failure = failure;
  }
}

function maskFailure(failure: Failure, marker: SecretMarker | null): Failure {
  if (marker === null) return failure;
  // markJson keeps the shape and changes texts only.
  return marker.markJson(failure as unknown as JsonValue) as unknown as Failure;
}

/** Adds up what a handler reports of its use of tokens and money. */
export interface MetricsCounter {
  add(metrics: Partial<JobMetrics>): void;
  read(): JobMetrics;
}

export function createMetricsCounter(elapsedMs: () => number): MetricsCounter {
  let sum: JobMetrics | null = null;
  return {
    add(metrics) {
      sum = addMetrics(sum ?? noMetrics, { ...noMetrics, ...metrics });
    },
    read: () => ({ ...(sum ?? noMetrics), durationMs: Math.max(0, Math.round(elapsedMs())) }),
  };
}

export function addMetrics(a: JobMetrics, b: JobMetrics): JobMetrics {
  const inputTokens = a.inputTokens + b.inputTokens;
  const outputTokens = a.outputTokens + b.outputTokens;
  return {
    durationMs: a.durationMs + b.durationMs,
    inputTokens,
    outputTokens,
    totalTokens: Math.max(a.totalTokens + b.totalTokens, inputTokens + outputTokens),
    costUsd: a.costUsd + b.costUsd,
  };
}
