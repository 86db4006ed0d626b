import * as z from "zod";
import { AccessMode, JobMetrics, JobState } from "../model/job.ts";
import { Actor } from "../model/actor.ts";
import { Failure } from "../model/failure.ts";
import { NodeStatus } from "../model/node-execution.ts";
import { Closing, OnInterrupted, PayloadRef, Trigger } from "../model/workflow-run.ts";
import { RunRow } from "./run-row.ts";

/** What a person may do with a run in its state. */
export const RunAction = z.enum(["resume", "answer", "cancel", "fail", "retry", "rerun", "fork"]);
export type RunAction = z.infer<typeof RunAction>;

/** A run as its own page shows it. */
export const RunDetail = z.strictObject({
  ...RunRow.shape,
  error: Failure.nullable(),
  closing: Closing.nullable(),
  trigger: Trigger,
  definitionHash: z.string().length(64),
  inputRef: PayloadRef,
  outputRef: PayloadRef.nullable(),
  grants: z.array(z.string()),
  accessMode: AccessMode,
  onInterrupted: OnInterrupted,
  lastActor: Actor,
  lastSeq: z.number().int().nonnegative(),
  /** Summed over all attempts. */
  metrics: JobMetrics,
  /** Poisoned runs need `confirmPoisoned` to resume. */
  actions: z.array(RunAction),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** The task that the run belongs to, and its runs, newest first (at most 50). */
export const JobSummary = z.strictObject({
  jobId: z.uuid(),
  state: JobState,
  createdAt: z.iso.datetime(),
  runs: z.array(
    z.strictObject({
      runId: z.uuid(),
      status: JobState,
      trigger: Trigger.shape.kind,
      createdAt: z.iso.datetime(),
    }),
  ),
});
export type JobSummary = z.infer<typeof JobSummary>;

/** How many node executions of a run are in each state. */
export const NodeCounts = z.record(NodeStatus, z.number().int().nonnegative());
export type NodeCounts = z.infer<typeof NodeCounts>;
