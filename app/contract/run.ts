import * as z from "zod";
import { Json } from "../model/json.ts";
import { Attempt, ReplayClass, SubStep } from "../model/node-execution.ts";
import { PayloadRef } from "../model/workflow-run.ts";
import { limits } from "./limits.ts";
import { NodeRow } from "./node-row.ts";
import { pageInput, pageNext } from "./page.ts";
import { PayloadSlot } from "./payload-slot.ts";
import { JobSummary, NodeCounts, RunDetail } from "./run-detail.ts";
import { RunEventLine } from "./run-event.ts";

const runId = z.uuid();

/** A node of the pinned definition, whether it was reached or not. */
export const PlannedNode = z.strictObject({
  /** Its place in topological order, from 1. */
  position: z.number().int().positive(),
  nodeId: z.string(),
  name: z.string(),
  type: z.string(),
  replay: ReplayClass.nullable(),
  /** The nodes whose edges lead here. */
  after: z.array(z.string()),
});
export type PlannedNode = z.infer<typeof PlannedNode>;

/** A stretch in which nothing of the run could work. */
export const RunGap = z.strictObject({
  kind: z.enum(["app_closed", "sleep"]),
  /** The last sign of life before it. */
  startedAt: z.iso.datetime(),
  /** When it was resumed; null while it is stalled. */
  endedAt: z.iso.datetime().nullable(),
});
export type RunGap = z.infer<typeof RunGap>;

export const LogLevel = z.enum(["debug", "info", "warn", "error"]);
export type LogLevel = z.infer<typeof LogLevel>;

export const RunLogLine = z.strictObject({
  /** Grows within a run. */
  number: z.number().int().nonnegative(),
  nodeExecutionId: z.uuid(),
  attempt: z.number().int().nonnegative(),
  at: z.iso.datetime(),
  level: LogLevel,
  text: z.string(),
});
export type RunLogLine = z.infer<typeof RunLogLine>;

export const runRequests = {
  /** NOT_FOUND when there is no such run. */
  "run.get": {
    input: z.strictObject({ runId, nodeLimit: pageInput.limit }),
    output: z.strictObject({
      run: RunDetail,
      job: JobSummary,
      counts: NodeCounts,
      /** The first page of `run.nodes`. */
      nodes: z.array(NodeRow),
      nextNodes: pageNext,
    }),
  },
  /** Node executions by sequence. */
  "run.nodes": {
    input: z.strictObject({ runId, ...pageInput }),
    output: z.strictObject({ nodes: z.array(NodeRow), next: pageNext }),
  },
  /** The pinned definition's nodes in topological order: rows for what was not reached yet. */
  "run.outline": {
    input: z.strictObject({ runId, ...pageInput }),
    output: z.strictObject({
      nodes: z.array(PlannedNode),
      total: z.number().int().nonnegative(),
      next: pageNext,
    }),
  },
  /** The newest 100, by time. A resume ends one, a crash begins one: ask again when the status changes. */
  "run.gaps": {
    input: z.strictObject({ runId }),
    output: z.strictObject({ gaps: z.array(RunGap) }),
  },
  /** The nodes that no taken edge led to, so far; at most 10,000. */
  "run.skipped": {
    input: z.strictObject({ runId }),
    output: z.strictObject({ nodePaths: z.array(z.string()) }),
  },
  /** History by seq. */
  "run.events": {
    input: z.strictObject({ runId, ...pageInput }),
    output: z.strictObject({ events: z.array(RunEventLine), next: pageNext }),
  },
  "run.attempts": {
    input: z.strictObject({ nodeExecutionId: z.uuid() }),
    output: z.strictObject({ attempts: z.array(Attempt), subSteps: z.array(SubStep) }),
  },
  /**
   * A stored payload as JSON text, in pieces. Patterns that look like keys and tokens are masked unless
   * `reveal`; offsets count the bytes of the text as it is answered (masked or not). Null: there is none.
   */
  "run.payload.slice": {
    input: z.strictObject({
      slot: PayloadSlot,
      offset: z.number().int().nonnegative().default(0),
      length: z.number().int().min(4).max(limits.pieceBytes).default(limits.pieceBytes),
      reveal: z.boolean().default(false),
    }),
    output: z.strictObject({
      payload: z
        .strictObject({
          /** Of the stored payload. */
          ref: PayloadRef,
          /** Whole characters only; begins at `offset`. */
          text: z.string(),
          offset: z.number().int().nonnegative(),
          /** Where the next piece begins, or null at the end. */
          next: z.number().int().positive().nullable(),
          totalBytes: z.number().int().nonnegative(),
          /** How many patterns were masked in the whole payload. */
          masked: z.number().int().nonnegative(),
          /** The value itself, when all of it is in this one piece. */
          value: Json.optional(),
        })
        .nullable(),
    }),
  },
  "run.logs": {
    input: z.strictObject({ runId, ...pageInput }),
    output: z.strictObject({ lines: z.array(RunLogLine), next: pageNext }),
  },
  /** Makes one file of a run, or of one node execution, masked; `export.slice` fetches it. */
  "run.export": {
    input: z.strictObject({ runId, nodeExecutionId: z.uuid().nullable().default(null) }),
    output: z.strictObject({
      exportId: z.uuid(),
      fileName: z.string(),
      totalBytes: z.number().int().nonnegative(),
    }),
  },
  /** NOT_FOUND once the file was kept for five minutes, or three newer ones were made. */
  "export.slice": {
    input: z.strictObject({
      exportId: z.uuid(),
      offset: z.number().int().nonnegative().default(0),
    }),
    output: z.strictObject({ text: z.string(), next: z.number().int().positive().nullable() }),
  },
} as const;
