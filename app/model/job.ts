import * as z from "zod";

/** The ten states of a job, a run and (without `poisoned`) a node execution. */
export const JobState = z.enum([
  "queued",
  "running",
  "stalled",
  "awaiting_user",
  "awaiting_validation",
  "completed",
  "completed_with_issues",
  "failed",
  "cancelled",
  "poisoned",
]);
export type JobState = z.infer<typeof JobState>;

export const terminalStates = [
  "completed",
  "completed_with_issues",
  "failed",
  "cancelled",
] as const satisfies readonly JobState[];
export type TerminalState = (typeof terminalStates)[number];

export function isTerminal(state: JobState): state is TerminalState {
  return (terminalStates as readonly JobState[]).includes(state);
}

/** How far a job may reach: look only, propose only, or act within its grants. */
export const AccessMode = z.enum(["analysis_only", "preview_only", "apply_scoped"]);
export type AccessMode = z.infer<typeof AccessMode>;

/** Never null: a figure that was not measured is 0. */
export const JobMetrics = z.strictObject({
  durationMs: z.number().int().nonnegative().default(0),
  totalTokens: z.number().int().nonnegative().default(0),
  inputTokens: z.number().int().nonnegative().default(0),
  outputTokens: z.number().int().nonnegative().default(0),
  costUsd: z.number().nonnegative().default(0),
});
export type JobMetrics = z.infer<typeof JobMetrics>;

export const noMetrics: JobMetrics = JobMetrics.parse({});

/** What a person knows as "my task". Its state mirrors its newest run. */
export const Job = z.strictObject({
  jobId: z.uuid(),
  traceId: z.uuid(),
  /** The newest run of the job. */
  workflowRunId: z.uuid(),
  jobKind: z.string().min(1),
  state: JobState,
  /** The capabilities granted to the newest run, e.g. `net:https://news.example`. */
  capabilityProfile: z.array(z.string()),
  accessMode: AccessMode,
  metrics: JobMetrics,
  statusReason: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type Job = z.infer<typeof Job>;
