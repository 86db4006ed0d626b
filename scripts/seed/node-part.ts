import { type JobMetrics } from "../../app/model/job.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import type { Fate } from "./graph-fate.ts";
import { turnsOf } from "./node-content.ts";
import type { NodeStory } from "./story.ts";

/** A node of a played run, and how far it is. */
export interface Part {
  readonly node: WorkflowNode;
  readonly story: NodeStory;
  fate: Fate;
  sequence: number;
  attempt: number;
  stepsDone: number;
  isConfirmed: boolean;
  startedMs: number;
  /** When the next thing happens to it; null while it only waits. */
  dueMs: number | null;
}

export function isFailingNow({ story: of, attempt }: Part): boolean {
  const before = of.failedAttempts?.length ?? 0;
  return attempt <= before || of.fails !== undefined;
}

export function statusOf({ fate, node }: Part) {
  if (fate !== "awaiting") return fate === "running" ? fate : "queued";
  return node.review ? "awaiting_validation" : "awaiting_user";
}

export function metricsOf(part: Part, atMs: number): JobMetrics {
  const outputTokens = turnsOf(part.node).length * 412;
  const inputTokens = outputTokens * 4;
  return {
    durationMs: atMs - part.startedMs,
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    costUsd: Math.round((inputTokens * 2.5 + outputTokens * 10) / 100) / 10_000,
  };
}

export function isOpen({ fate }: Part): boolean {
  return fate === "running" || fate === "queued" || fate === "awaiting";
}

export function add(a: JobMetrics, b: JobMetrics): JobMetrics {
  return {
    durationMs: a.durationMs + b.durationMs,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
    costUsd: a.costUsd + b.costUsd,
  };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
