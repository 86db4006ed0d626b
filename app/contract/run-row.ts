import * as z from "zod";
import { Failure } from "../model/failure.ts";
import { JobState } from "../model/job.ts";
import { NodeStatus } from "../model/node-execution.ts";
import { Trigger } from "../model/workflow-run.ts";

const time = z.iso.datetime();

/** The first lines of a failure; the whole of it comes with its node. */
export const ShortFailure = Failure.pick({ code: true, message: true, nodePath: true });
export type ShortFailure = z.infer<typeof ShortFailure>;

/** The step that a row names: the one that works, waits, stopped or failed. */
export const CurrentStep = z.strictObject({
  nodePath: z.string(),
  /** For people. */
  name: z.string(),
  status: NodeStatus,
});
export type CurrentStep = z.infer<typeof CurrentStep>;

/** A run as lists show it. */
export const RunRow = z.strictObject({
  runId: z.uuid(),
  jobId: z.uuid(),
  /** For people, without control and direction characters. */
  title: z.string(),
  workflowId: z.string(),
  status: JobState,
  statusReason: z.string(),
  /** Grows with every change: of two rows of a run the one with the greater revision is newer. */
  revision: z.number().int().nonnegative(),
  nodesDone: z.number().int().nonnegative(),
  nodesTotal: z.number().int().nonnegative(),
  step: CurrentStep.nullable(),
  error: ShortFailure.nullable(),
  /** A decision to end the run that is being carried out. */
  closingTo: z.enum(["failed", "cancelled"]).nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  /** Last sign of life of the owner; null unless it was ever running. */
  heartbeatAt: time.nullable(),
  /** A parked run goes on at this time. */
  wakeAt: time.nullable(),
  /** Time spent `running`, without the current stretch. */
  runningMs: z.number().int().nonnegative(),
  /** Unclean ends in a row: 2 = suspect, 3 = poisoned. */
  crashCount: z.number().int().nonnegative(),
  trigger: Trigger.shape.kind,
  parentRunId: z.uuid().nullable(),
  forkedFromRunId: z.uuid().nullable(),
  pinned: z.boolean(),
  tags: z.array(z.string()),
});
export type RunRow = z.infer<typeof RunRow>;
