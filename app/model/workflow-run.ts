import * as z from "zod";
import { AccessMode, JobState } from "./job.ts";
import { Actor } from "./actor.ts";
import { Failure } from "./failure.ts";

/** What a workflow's runs do on their own when they were interrupted. */
export const OnInterrupted = z.enum(["ask", "resume-safe", "fail"]);
export type OnInterrupted = z.infer<typeof OnInterrupted>;

/** The decision to end a run early. It is committed before anything is aborted; the first one wins. */
export const Closing = z.strictObject({
  to: z.enum(["failed", "cancelled"]),
  reason: z.string(),
  error: Failure.optional(),
});
export type Closing = z.infer<typeof Closing>;

/** How a run came to be. `requestKey`: the same key twice is one run. */
export const Trigger = z.strictObject({
  kind: z.enum(["manual", "retry", "rerun", "fork", "schedule", "parent"]),
  sourceRunId: z.uuid().optional(),
  requestKey: z.string().min(1).max(200).optional(),
  /** Absolute: where the workflow's relative paths begin, whichever process works on the run. */
  folder: z.string().min(1).optional(),
  /** Only engines of this machine work on it; without one any engine of its database may. */
  machineId: z.string().min(1).max(200).optional(),
});
export type Trigger = z.infer<typeof Trigger>;

const ref = z.strictObject({
  sha256: z.string().length(64),
  bytes: z.number().int().nonnegative(),
});
/** Names a stored payload without holding it: SHA-256 in hex and its length in bytes. */
export const PayloadRef = ref;
export type PayloadRef = z.infer<typeof PayloadRef>;

/** One execution of a pinned definition. Payloads are referenced; `storage.getPayload` reads them. */
export const WorkflowRun = z.strictObject({
  runId: z.uuid(),
  jobId: z.uuid(),
  workflowId: z.string(),
  workflowName: z.string(),
  /** SHA-256 of the definition's RFC 8785 JSON. */
  definitionHash: z.string().length(64),
  /** The scope of its idempotency keys: its own id, or that of the run it retries. */
  keyScope: z.uuid(),
  status: JobState,
  statusReason: z.string(),
  /** Grows with every change of the run; the compare-and-set of every engine write. */
  revision: z.number().int().nonnegative(),
  /** The newest event's number; events are gapless from 1. */
  lastSeq: z.number().int().nonnegative(),
  inputRef: PayloadRef,
  outputRef: PayloadRef.nullable(),
  error: Failure.nullable(),
  closing: Closing.nullable(),
  trigger: Trigger,
  parentRunId: z.uuid().nullable(),
  forkedFromRunId: z.uuid().nullable(),
  grants: z.array(z.string()),
  accessMode: AccessMode,
  onInterrupted: OnInterrupted,
  /** Both null unless `running`. */
  ownerInstanceId: z.uuid().nullable(),
  ownerEpoch: z.number().int().positive().nullable(),
  heartbeatAt: z.iso.datetime().nullable(),
  /** A parked run goes on at this time. */
  wakeAt: z.iso.datetime().nullable(),
  /** Unclean ends in a row with an attempt in flight; 2 = suspect, 3 = poisoned. */
  crashCount: z.number().int().nonnegative(),
  /** Time spent `running`, without the current stretch. */
  runningMs: z.number().int().nonnegative(),
  nodesTotal: z.number().int().nonnegative(),
  nodesDone: z.number().int().nonnegative(),
  pinned: z.boolean(),
  tags: z.array(z.string()),
  lastActor: Actor,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;
