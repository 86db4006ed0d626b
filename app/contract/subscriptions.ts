import * as z from "zod";
import { EngineState } from "./engine.ts";
import { limits } from "./limits.ts";
import { NodeRow } from "./node-row.ts";
import { JobSummary, NodeCounts, RunDetail } from "./run-detail.ts";
import { RunEventLine } from "./run-event.ts";
import { RunRow } from "./run-row.ts";
import { LogLevel } from "./run.ts";
import { RunCounters, RunFilter } from "./runs.ts";

/**
 * What a client watches. Subscribing again under the same id replaces what is watched and answers with
 * a fresh snapshot: after a gap, and whenever other rows come into view.
 */
export const Topic = z.discriminatedUnion("topic", [
  /** The counters, the rows that are (nearly) in view, and what arrives in the filter. */
  z.strictObject({
    topic: z.literal("runs"),
    filter: RunFilter.prefault({}),
    runIds: z.array(z.uuid()).max(limits.watchedRuns).default([]),
  }),
  /** One run: header, nodes as they change, the tail of its events, progress and log lines. */
  z.strictObject({ topic: z.literal("run"), runId: z.uuid() }),
  z.strictObject({ topic: z.literal("engine") }),
]);
export type Topic = z.infer<typeof Topic>;
export type TopicName = Topic["topic"];

export const RunsOp = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("counters"), counters: RunCounters }),
  /** A watched row changed; one that does not match the filter any more stays, dimmed. */
  z.strictObject({ op: z.literal("row"), row: RunRow, matches: z.boolean() }),
  /**
   * New runs that match the filter, newest first. `count` may be greater than `rows`: then list again.
   * They are not watched until the client subscribes with their ids.
   */
  z.strictObject({
    op: z.literal("arrived"),
    rows: z.array(RunRow),
    count: z.number().int().positive(),
  }),
]);
export type RunsOp = z.infer<typeof RunsOp>;

export const RunProgress = z.strictObject({
  nodePath: z.string(),
  attempt: z.number().int().positive(),
  /** From 0 to 1. */
  fraction: z.number(),
  message: z.string().nullable(),
});
export type RunProgress = z.infer<typeof RunProgress>;

export const RunOp = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("run"), run: RunDetail }),
  z.strictObject({ op: z.literal("counts"), counts: NodeCounts }),
  /** A new or changed node execution. */
  z.strictObject({ op: z.literal("node"), node: NodeRow }),
  /**
   * New events, by seq. When the first one does not follow the last one known, those between were left
   * out for being too many: `run.events` has them.
   */
  z.strictObject({ op: z.literal("events"), events: z.array(RunEventLine) }),
  /** Outside history: may be lost. */
  z.strictObject({ op: z.literal("progress"), progress: RunProgress }),
  z.strictObject({
    op: z.literal("log"),
    nodePath: z.string(),
    level: LogLevel,
    text: z.string(),
  }),
]);
export type RunOp = z.infer<typeof RunOp>;

export const EngineOp = z.strictObject({ op: z.literal("engine"), engine: EngineState });
export type EngineOp = z.infer<typeof EngineOp>;

/** Everything of a topic at one moment. What the client knew of it before is replaced. */
export const snapshots = {
  runs: z.strictObject({
    counters: RunCounters,
    /**
     * True: whatever arrived in the filter since the snapshot before has been or will be announced.
     * False: announcing begins here, so the list has to be asked for after this snapshot.
     */
    continues: z.boolean(),
    /** The watched rows that exist, in the order asked for. */
    rows: z.array(z.strictObject({ row: RunRow, matches: z.boolean() })),
  }),
  run: z.strictObject({
    run: RunDetail,
    job: JobSummary,
    counts: NodeCounts,
    /** The first page; `run.nodes` has the others. */
    nodes: z.array(NodeRow),
    nextNodes: z.number().int().nonnegative().nullable(),
    /** The newest events, by seq. */
    events: z.array(RunEventLine),
  }),
  engine: z.strictObject({ engine: EngineState }),
} as const;
export type Snapshot<Name extends TopicName = TopicName> = z.infer<(typeof snapshots)[Name]>;

export const ops = { runs: RunsOp, run: RunOp, engine: EngineOp } as const;
export type Op<Name extends TopicName = TopicName> = z.infer<(typeof ops)[Name]>;
