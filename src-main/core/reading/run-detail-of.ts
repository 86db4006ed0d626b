import type { JobSummary, RunAction, RunDetail } from "../../../app/contract/run-detail.ts";
import type { RunRow } from "../../../app/contract/run-row.ts";
import type { JobMetrics, JobState } from "../../../app/model/job.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import type { ReadStorage } from "./read-storage.ts";
import { pageFailureOf } from "./short-failure.ts";

export function runDetailOf(parts: {
  readonly run: WorkflowRun;
  readonly row: RunRow;
  readonly metrics: JobMetrics;
}): RunDetail {
  const { run, row, metrics } = parts;
  return {
    ...row,
    error: run.error === null ? null : pageFailureOf(run.error),
    closing: run.closing,
    trigger: run.trigger,
    definitionHash: run.definitionHash,
    inputRef: run.inputRef,
    outputRef: run.outputRef,
    grants: run.grants,
    accessMode: run.accessMode,
    onInterrupted: run.onInterrupted,
    lastActor: run.lastActor,
    lastSeq: run.lastSeq,
    metrics,
    actions: actionsIn(run.status, run.closing !== null),
  };
}

/** What the engine accepts from a person in this state; the first one is the obvious one. */
export function actionsIn(state: JobState, isClosing: boolean): RunAction[] {
  switch (state) {
    case "queued":
      return isClosing ? ["rerun"] : ["cancel", "fail", "rerun", "fork"];
    case "running":
      return isClosing ? [] : ["cancel", "fork"];
    case "awaiting_user":
    case "awaiting_validation":
      return isClosing ? [] : ["answer", "cancel", "fail", "rerun", "fork"];
    case "stalled":
    case "poisoned":
      return ["resume", "cancel", "fail", "rerun", "fork"];
    case "failed":
    case "cancelled":
    case "completed_with_issues":
      return ["retry", "rerun", "fork"];
    case "completed":
      return ["rerun", "fork"];
  }
}

const shownRuns = 50;

export async function readJobSummary(
  storage: ReadStorage,
  { jobId, status, createdAt }: WorkflowRun,
): Promise<JobSummary> {
  const job = await storage.getJob(jobId);
  const runs = await storage.listRunsOfJob(jobId);
  return {
    jobId,
    state: job?.state ?? status,
    createdAt: job?.createdAt ?? createdAt,
    runs: runs.slice(0, shownRuns).map((run) => ({
      runId: run.runId,
      status: run.status,
      trigger: run.trigger.kind,
      createdAt: run.createdAt,
    })),
  };
}
