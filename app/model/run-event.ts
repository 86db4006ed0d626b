import * as z from "zod";
import { Json } from "./json.ts";
import type { Actor } from "./actor.ts";
import { Failure } from "./failure.ts";
import { AccessMode, JobMetrics, JobState } from "./job.ts";
import { AttemptStatus, NodeStatus, Question } from "./node-execution.ts";
import { Closing, OnInterrupted, PayloadRef, Trigger } from "./workflow-run.ts";

const time = z.iso.datetime();
const nodeExecutionId = z.uuid();

/** What a person (or policy) decided about a node whose outcome a crash left open. */
export const InterruptedDecision = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("run_again") }),
  z.strictObject({ action: z.literal("skip_with_output"), output: Json }),
  z.strictObject({ action: z.literal("mark_done") }),
]);
export type InterruptedDecision = z.infer<typeof InterruptedDecision>;

/** The type-specific part of an event, by type (engine.md §9). Payloads are referenced, never held. */
export const eventData = {
  "run.created": z.strictObject({
    jobId: z.uuid(),
    traceId: z.uuid(),
    jobKind: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    definitionHash: z.string(),
    inputRef: PayloadRef,
    grants: z.array(z.string()),
    accessMode: AccessMode,
    onInterrupted: OnInterrupted,
    nodesTotal: z.number().int(),
    trigger: Trigger,
    keyScope: z.uuid(),
    parentRunId: z.uuid().optional(),
    forkedFromRunId: z.uuid().optional(),
  }),
  "run.status": z.strictObject({
    from: JobState,
    to: JobState,
    reason: z.string(),
    wakeAt: time.optional(),
    outputRef: PayloadRef.optional(),
    error: Failure.optional(),
  }),
  "run.closing": Closing,
  /** Field names as external readers of the recovery log know them (requirements R3). */
  workflow_recovery: z.strictObject({
    workflow_run_id: z.uuid(),
    job_id: z.uuid(),
    from: z.literal("running"),
    to: z.enum(["stalled", "failed", "cancelled"]),
    reason: z.string(),
    last_heartbeat_ts: time.nullable(),
    threshold_secs: z.number().nonnegative(),
    ownerInstanceId: z.uuid().nullable(),
    crashCount: z.number().int(),
  }),
  "run.resumed": z.strictObject({
    from: JobState,
    to: JobState,
    decisions: z.array(z.strictObject({ nodeExecutionId, decision: InterruptedDecision })),
    policy: OnInterrupted.optional(),
  }),
  "node.status": z.strictObject({
    nodeExecutionId,
    nodePath: z.string(),
    iterationPath: z.string(),
    sequence: z.number().int().positive(),
    /** Absent when the node execution is created. */
    from: NodeStatus.optional(),
    to: NodeStatus,
    nodeType: z.string().optional(),
    replay: z.string().optional(),
    generation: z.number().int().optional(),
    reason: z.string().optional(),
    attempt: z
      .strictObject({
        number: z.number().int().positive(),
        status: AttemptStatus,
        error: Failure.optional(),
        metrics: JobMetrics.optional(),
      })
      .optional(),
    error: Failure.optional(),
    inputRef: PayloadRef.optional(),
    outputRef: PayloadRef.optional(),
    takenEdges: z.array(z.number().int().nonnegative()).optional(),
    notBefore: time.optional(),
    question: Question.optional(),
    answerRef: PayloadRef.optional(),
  }),
  "node.skipped": z.strictObject({
    nodePath: z.string(),
    iterationPath: z.string(),
    untakenEdges: z.array(z.number().int().nonnegative()),
  }),
  "step.intended": z.strictObject({
    nodeExecutionId,
    attempt: z.number().int().positive(),
    name: z.string(),
    n: z.number().int().positive(),
  }),
  "step.recorded": z.strictObject({
    nodeExecutionId,
    attempt: z.number().int().positive(),
    name: z.string(),
    n: z.number().int().positive(),
    outputRef: PayloadRef,
  }),
  "capability.checked": z.strictObject({
    nodePath: z.string().optional(),
    capability: z.string(),
    allowed: z.boolean(),
    /** The grant that allowed it, or why it was denied. */
    rule: z.string(),
  }),
  "confirmation.given": z.strictObject({
    nodeExecutionId,
    attempt: z.number().int().positive(),
    inputSha256: z.string(),
  }),
  "run.annotated": z.strictObject({
    pinned: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
  }),
} as const;

export type RunEventType = keyof typeof eventData;
export const runEventTypes = Object.keys(eventData) as readonly RunEventType[];

export type RunEventData = {
  [Type in RunEventType]: { readonly type: Type; readonly data: z.infer<(typeof eventData)[Type]> };
}[RunEventType];

/** One line of a run's append-only history. `seq` is gapless per run and the only ordering promise. */
export type RunEvent = RunEventData & {
  /** `<runId>/<seq>`. */
  readonly id: string;
  readonly runId: string;
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly actor: Actor;
  /** The owner's epoch, for what an engine wrote. */
  readonly epoch: number | null;
  /** The atomic group that it was committed in. */
  readonly groupId: string;
};

/** Checks type and data of an event; the error says what does not fit. */
export function parseRunEventData(type: string, data: unknown): RunEventData {
  if (!Object.hasOwn(eventData, type)) throw new Error(`Unknown event type "${type}".`);
  const known = type as RunEventType; // hasOwn above
  // The schema belongs to the type, so the pair is one of the union's members.
  return { type: known, data: eventData[known].parse(data) } as RunEventData;
}
