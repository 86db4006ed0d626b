import type { ActorKind } from "../../app/model/actor.ts";
import { Failure } from "../../app/model/failure.ts";
import { JobMetrics, type AccessMode, type Job, type JobState } from "../../app/model/job.ts";
import {
  Closing,
  Trigger,
  type OnInterrupted,
  type WorkflowRun,
} from "../../app/model/workflow-run.ts";
import { actorOf, parseStrings, refOf } from "./value-rows.ts";

export interface RunRow {
  readonly id: number;
  readonly run_id: string;
  readonly job_id: string;
  readonly definition_hash: string;
  readonly revision: number;
  readonly last_seq: number;
  readonly nodes_total: number;
  readonly nodes_done: number;
  readonly crash_count: number;
  readonly status: JobState;
  readonly status_reason: string;
  readonly actor_kind: ActorKind;
  readonly actor_id: string | null;
  readonly actor_via: string | null;
  readonly owner_instance_id: string | null;
  readonly owner_epoch: number | null;
  readonly heartbeat_at: string | null;
  readonly wake_at: string | null;
  readonly running_ms: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly error: string | null;
  readonly closing: string | null;
  readonly workflow_id: string;
  readonly workflow_name: string;
  readonly key_scope: string;
  readonly trigger: string;
  readonly parent_run_id: string | null;
  readonly forked_from_run_id: string | null;
  readonly grants: string;
  readonly access_mode: AccessMode;
  readonly on_interrupted: OnInterrupted;
  readonly pinned: number;
  readonly tags: string;
  readonly input_sha256: string;
  readonly input_bytes: number;
  readonly output_sha256: string | null;
  readonly output_bytes: number | null;
}

export function runOfRow(row: RunRow): WorkflowRun {
  return {
    runId: row.run_id,
    jobId: row.job_id,
    workflowId: row.workflow_id,
    workflowName: row.workflow_name,
    definitionHash: row.definition_hash,
    keyScope: row.key_scope,
    status: row.status,
    statusReason: row.status_reason,
    revision: row.revision,
    lastSeq: row.last_seq,
    inputRef: { sha256: row.input_sha256, bytes: row.input_bytes },
    outputRef: refOf(row.output_sha256, row.output_bytes),
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    closing: row.closing === null ? null : Closing.parse(JSON.parse(row.closing)),
    trigger: Trigger.parse(JSON.parse(row.trigger)),
    parentRunId: row.parent_run_id,
    forkedFromRunId: row.forked_from_run_id,
    grants: parseStrings(row.grants),
    accessMode: row.access_mode,
    onInterrupted: row.on_interrupted,
    ownerInstanceId: row.owner_instance_id,
    ownerEpoch: row.owner_epoch,
    heartbeatAt: row.heartbeat_at,
    wakeAt: row.wake_at,
    crashCount: row.crash_count,
    runningMs: row.running_ms,
    nodesTotal: row.nodes_total,
    nodesDone: row.nodes_done,
    pinned: row.pinned === 1,
    tags: parseStrings(row.tags),
    lastActor: actorOf(row),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export interface JobRow {
  readonly job_id: string;
  readonly trace_id: string;
  readonly run_id: string;
  readonly job_kind: string;
  readonly state: JobState;
  readonly grants: string;
  readonly access_mode: AccessMode;
  readonly metrics: string;
  readonly status_reason: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export function jobOfRow(row: JobRow): Job {
  return {
    jobId: row.job_id,
    traceId: row.trace_id,
    workflowRunId: row.run_id,
    jobKind: row.job_kind,
    state: row.state,
    capabilityProfile: parseStrings(row.grants),
    accessMode: row.access_mode,
    metrics: JobMetrics.parse(JSON.parse(row.metrics)),
    statusReason: row.status_reason,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
