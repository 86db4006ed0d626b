import * as z from "zod";
import { NodeStatus, ReplayClass } from "../model/node-execution.ts";
import { limits } from "./limits.ts";
import { RunRow } from "./run-row.ts";

const time = z.iso.datetime();

/** Why a run stopped; more reasons may come with newer engines. */
export const StallReason = z.enum(["app_quit", "crash", "power_loss", "sleep_timeout", "unknown"]);
export type StallReason = z.infer<typeof StallReason>;

/** A step that was under way when the run stopped: what a resume runs again, or asks about. */
export const InterruptedNode = z.strictObject({
  nodeExecutionId: z.uuid(),
  nodePath: z.string(),
  iterationPath: z.string(),
  name: z.string(),
  nodeType: z.string(),
  replay: ReplayClass,
  attempt: z.number().int().nonnegative(),
  startedAt: time.nullable(),
  /** Sub-steps of it that are saved and will not be done again. */
  savedSubSteps: z.number().int().nonnegative(),
  /** External: it may have had its effect already, so a person decides. */
  needsDecision: z.boolean(),
});
export type InterruptedNode = z.infer<typeof InterruptedNode>;

/**
 * safe: every interrupted step is pure or idempotent. review: one is external, a person decides.
 * suspect: it crashed twice in a row. poisoned: three times, resumed only by a typed confirmation.
 */
export const ResumeRisk = z.enum(["safe", "review", "suspect", "poisoned"]);
export type ResumeRisk = z.infer<typeof ResumeRisk>;

export const InterruptedRun = z.strictObject({
  run: RunRow,
  risk: ResumeRisk,
  reason: StallReason,
  /** When it was marked. */
  stalledAt: time,
  /** When it was last known to work. */
  lastHeartbeatAt: time.nullable(),
  /** The newest completed step. */
  lastSavedStep: z.strictObject({ name: z.string(), finishedAt: time.nullable() }).nullable(),
  savedSteps: z.number().int().nonnegative(),
  totalSteps: z.number().int().nonnegative(),
  /** At most 50; `interruptedTotal` counts all. */
  interrupted: z.array(InterruptedNode),
  interruptedTotal: z.number().int().nonnegative(),
  /** What else was ready or waiting, by state: it goes on after a resume. */
  waiting: z.partialRecord(NodeStatus, z.number().int().positive()),
  /** How long the interrupted steps had worked, which is done again; null when unknown. */
  redoMs: z.number().int().nonnegative().nullable(),
  crashCount: z.number().int().nonnegative(),
  /** The person said Later: the panel does not come back for it. */
  isLater: z.boolean(),
});
export type InterruptedRun = z.infer<typeof InterruptedRun>;

const someRuns = z.array(z.uuid()).min(1).max(1_000);

export const recoveryRequests = {
  /** Stalled and poisoned runs, newest first. */
  "recovery.get": {
    input: z.strictObject({
      before: z.uuid().nullable().default(null),
      limit: z.number().int().min(1).max(100).default(50),
      /** Only this run, whatever the page. */
      runId: z.uuid().optional(),
    }),
    output: z.strictObject({
      runs: z.array(InterruptedRun),
      next: z.uuid().nullable(),
      /** Stalled and poisoned, all of them. */
      total: z.number().int().nonnegative(),
      /** How many of them the panel does not show any more. */
      later: z.number().int().nonnegative(),
      /** What stored policies did at this start, for the line that says so. */
      byPolicy: z.array(
        z.strictObject({ runId: z.uuid(), outcome: z.enum(["resumed", "failed", "left"]) }),
      ),
    }),
  },
  /** Hides the panel for these runs, durably; they stay stalled. */
  "recovery.later": {
    input: z.strictObject({ runIds: someRuns }),
    output: z.strictObject({ later: z.number().int().nonnegative() }),
  },
  /** Resumes those that are safe, two at a time; cancelling the request stops before the next one. */
  "recovery.resumeSafe": {
    input: z.strictObject({ runIds: z.union([z.literal("all"), someRuns]).default("all") }),
    output: z.strictObject({
      resumed: z.array(z.uuid()).max(limits.pageRows * 200),
      /** With the reason: not safe, or resumed by somebody else meanwhile. */
      left: z.array(z.strictObject({ runId: z.uuid(), why: z.string() })),
      /** The request was cancelled half-way; what is in `resumed` goes on. */
      isStopped: z.boolean(),
    }),
  },
} as const;
