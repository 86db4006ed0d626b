import type { CurrentStep, RunRow } from "../../../app/contract/run-row.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { currentStepOf } from "./current-step.ts";
import { titleOf, type DefinitionCache } from "./node-names.ts";
import type { ReadStorage } from "./read-storage.ts";
import { shortFailureOf } from "./short-failure.ts";

export function runRowOf(run: WorkflowRun, step: CurrentStep | null): RunRow {
  return {
    runId: run.runId,
    jobId: run.jobId,
    title: titleOf(run.workflowName),
    workflowId: run.workflowId,
    status: run.status,
    statusReason: run.statusReason,
    revision: run.revision,
    nodesDone: run.nodesDone,
    nodesTotal: run.nodesTotal,
    step,
    error: run.error === null ? null : shortFailureOf(run.error),
    closingTo: run.closing?.to ?? null,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    heartbeatAt: run.heartbeatAt,
    wakeAt: run.wakeAt,
    runningMs: run.runningMs,
    crashCount: run.crashCount,
    trigger: run.trigger.kind,
    parentRunId: run.parentRunId,
    forkedFromRunId: run.forkedFromRunId,
    pinned: run.pinned,
    tags: run.tags,
  };
}

/** The row with its current step; the definition is only read where there is a step to name. */
export async function readRunRow(
  storage: ReadStorage,
  definitions: DefinitionCache,
  run: WorkflowRun,
): Promise<RunRow> {
  const isNamed = run.finishedAt === null || run.status === "failed" || run.status === "poisoned";
  if (!isNamed) return runRowOf(run, null);
  const names = await definitions.get(run.definitionHash);
  return runRowOf(run, await currentStepOf(storage, run, names));
}
