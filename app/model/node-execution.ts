import * as z from "zod";
import { Json } from "./json.ts";
import { Actor } from "./actor.ts";
import { Failure } from "./failure.ts";
import { JobMetrics, JobState } from "./job.ts";
import { PayloadRef } from "./workflow-run.ts";

/** What is known of a node's effect, and so whether it may run again after a crash. Undeclared = external. */
export const ReplayClass = z.enum(["pure", "idempotent", "external"]);
export type ReplayClass = z.infer<typeof ReplayClass>;

/** A job's states without `poisoned`. */
export const NodeStatus = JobState.exclude(["poisoned"]);
export type NodeStatus = z.infer<typeof NodeStatus>;

export const AttemptStatus = z.enum(["running", "completed", "failed", "cancelled"]);
export type AttemptStatus = z.infer<typeof AttemptStatus>;

/** One call of a handler. Numbers start at 1. */
export const Attempt = z.strictObject({
  nodeExecutionId: z.uuid(),
  number: z.number().int().positive(),
  status: AttemptStatus,
  error: Failure.nullable(),
  metrics: JobMetrics,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** What is asked of a person while a node is `awaiting_user`. */
export const Question = z.strictObject({
  kind: z.enum(["approval", "confirmation", "unknown_outcome"]),
  text: z.string(),
  /** JSON Schema of an approval's answer. */
  answerSchema: Json.optional(),
  /** The input that a confirmation is bound to. */
  inputSha256: z.string().length(64).optional(),
  /** When an approval expires, and what happens then: `fail`, or the answer given. */
  expiresAt: z.iso.datetime().optional(),
  onExpire: Json.optional(),
});
export type Question = z.infer<typeof Question>;

/** One node (and iteration) of a run. The row is reused by retries and resumes. */
export const NodeExecution = z.strictObject({
  nodeExecutionId: z.uuid(),
  runId: z.uuid(),
  /** Given at creation; unique in the run, from 1. */
  sequence: z.number().int().positive(),
  nodePath: z.string(),
  /** `''` outside loops, `3` or `3/1` inside. */
  iterationPath: z.string(),
  nodeType: z.string(),
  replay: ReplayClass,
  status: NodeStatus,
  statusReason: z.string(),
  inputRef: PayloadRef.nullable(),
  outputRef: PayloadRef.nullable(),
  error: Failure.nullable(),
  /** Indexes into the definition's `edges` that were taken, once decided; never evaluated again. */
  takenEdges: z.array(z.number().int().nonnegative()).nullable(),
  /** A retry or a delay is due at this time. */
  notBefore: z.iso.datetime().nullable(),
  question: Question.nullable(),
  answerRef: PayloadRef.nullable(),
  /** Added to the idempotency key when a node is re-run on purpose in a fork. */
  generation: z.number().int().nonnegative(),
  /** The current attempt's number; 0 before the first one. */
  attemptNumber: z.number().int().nonnegative(),
  attemptStatus: AttemptStatus.nullable(),
  lastActor: Actor,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type NodeExecution = z.infer<typeof NodeExecution>;

/** A recorded part of a node's work, kept over attempts. Key: (nodeExecution, name, n-th call of that name). */
export const SubStep = z.strictObject({
  nodeExecutionId: z.uuid(),
  name: z.string().min(1).max(200),
  n: z.number().int().positive(),
  attempt: z.number().int().positive(),
  /** `intended`: an external sub-step whose outcome is not known yet. */
  status: z.enum(["intended", "recorded"]),
  outputRef: PayloadRef.nullable(),
  recordedAt: z.iso.datetime(),
});
export type SubStep = z.infer<typeof SubStep>;
