import * as z from "zod";
import { JobState } from "../model/job.ts";
import { limits } from "./limits.ts";
import { RunRow } from "./run-row.ts";

/** in_flight: queued and running. needs_you: awaiting_*. stalled: stalled and poisoned. */
export const RunTab = z.enum(["all", "in_flight", "needs_you", "stalled", "failed_today"]);
export type RunTab = z.infer<typeof RunTab>;

/** Which runs a list shows; every part narrows it. */
export const RunFilter = z.strictObject({
  tab: RunTab.default("all"),
  /** Empty: every state. */
  states: z.array(JobState).max(10).default([]),
  workflowId: z.string().min(1).max(200).nullable().default(null),
  /** The workflow's name, whole, without regard to case. */
  workflowName: z.string().min(1).max(200).nullable().default(null),
  /** Looked for in title, error and id, without regard to case; each word must be found. */
  text: z.string().max(200).default(""),
});
export type RunFilter = z.infer<typeof RunFilter>;

/** How many runs are in each state, from maintained counters. */
export const RunCounters = z.record(JobState, z.number().int().nonnegative());
export type RunCounters = z.infer<typeof RunCounters>;

export const runsRequests = {
  /** Newest first, strictly by the time of creation. */
  "runs.list": {
    input: z.strictObject({
      filter: RunFilter.prefault({}),
      sort: z.literal("started").default("started"),
      /** `next` of the page before; null begins at the newest. */
      before: z.uuid().nullable().default(null),
      limit: z.number().int().min(1).max(limits.runRows).default(100),
    }),
    output: z.strictObject({
      rows: z.array(RunRow),
      /** Null at the end. A search may answer few rows, or none, and still go on: ask again from here. */
      next: z.uuid().nullable(),
    }),
  },
  "runs.counters": {
    input: z.strictObject({}),
    output: z.strictObject({ counters: RunCounters }),
  },
} as const;
