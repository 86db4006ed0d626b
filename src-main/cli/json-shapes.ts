import type { JsonValue } from "../../app/model/json.ts";
import type { Attempt, NodeExecution } from "../../app/model/node-execution.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { RecoveredRun, RecoveryReport } from "../../app/storage/storage.ts";

// The objects that scripts may rely on: docs/command-line.md. More members may come, none may go.

export function runLine(run: WorkflowRun) {
  return {
    id: run.runId,
    jobId: run.jobId,
    workflowId: run.workflowId,
    status: run.status,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    name: run.workflowName,
    statusReason: run.statusReason,
    nodesDone: run.nodesDone,
    nodesTotal: run.nodesTotal,
    wakeAt: run.wakeAt,
    crashCount: run.crashCount,
    trigger: run.trigger.kind,
  };
}

export function nodeLine(
  node: NodeExecution,
  details: {
    readonly input: JsonValue;
    readonly output: JsonValue;
    readonly attempts: readonly Attempt[];
  },
) {
  return {
    nodeId: node.nodePath,
    type: node.nodeType,
    status: node.status,
    sequence: node.sequence,
    iteration: node.iterationPath,
    input: details.input,
    output: details.output,
    error: node.error,
    attempts: details.attempts.map(({ number, status, startedAt, finishedAt, error }) => {
      return { number, status, startedAt, finishedAt, error };
    }),
    nodeExecutionId: node.nodeExecutionId,
    replay: node.replay,
    reason: node.statusReason,
    question: node.question,
    notBefore: node.notBefore,
    startedAt: node.startedAt,
    finishedAt: node.finishedAt,
  };
}

/** `from`, `to` and `reason` are null for events that change no status. */
export function eventShape(event: RunEvent) {
  const data: Readonly<Record<string, unknown>> = event.data;
  return {
    seq: event.seq,
    type: event.type,
    at: event.at,
    actor: event.actor,
    nodeId: data["nodePath"] ?? null,
    from: data["from"] ?? null,
    to: data["to"] ?? null,
    reason: data["reason"] ?? null,
    data,
  };
}

export function recoveryLine(report: RecoveryReport) {
  return {
    type: "recovery",
    stalled: report.stalled.map(recoveredRun),
    poisoned: report.poisoned.map(recoveredRun),
    ended: report.ended.map(recoveredRun),
    at: report.at,
  };
}

function recoveredRun(run: RecoveredRun) {
  const { runId, jobId, reason, lastHeartbeatAt, thresholdSecs, crashCount } = run;
  return { runId, jobId, reason, lastHeartbeatAt, thresholdSecs, crashCount };
}
