import type { ActorKind } from "../../app/model/actor.ts";
import { nodeExecutionIdOf } from "../../app/model/execution-id.ts";
import { Failure } from "../../app/model/failure.ts";
import { JobMetrics, noMetrics } from "../../app/model/job.ts";
import {
  Question,
  type Attempt,
  type AttemptStatus,
  type NodeExecution,
  type NodeStatus,
  type ReplayClass,
  type SubStep,
} from "../../app/model/node-execution.ts";
import type { StoredLogLine } from "../../app/storage/storage.ts";
import { actorOf, parseNumbers, refOf } from "./value-rows.ts";

export interface NodeRow {
  readonly sequence: number;
  readonly node_path: string;
  readonly iteration_path: string;
  readonly node_type: string;
  readonly replay: ReplayClass;
  readonly generation: number;
  readonly status: NodeStatus;
  readonly status_reason: string;
  readonly actor_kind: ActorKind;
  readonly actor_id: string | null;
  readonly actor_via: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly not_before: string | null;
  readonly attempt_number: number;
  readonly attempt_status: AttemptStatus | null;
  readonly error: string | null;
  readonly taken_edges: string | null;
  readonly question: string | null;
  readonly input_sha256: string | null;
  readonly input_bytes: number | null;
  readonly output_sha256: string | null;
  readonly output_bytes: number | null;
  readonly answer_sha256: string | null;
  readonly answer_bytes: number | null;
}

export function nodeOfRow(runId: string, row: NodeRow): NodeExecution {
  return {
    nodeExecutionId: nodeExecutionIdOf(runId, row.sequence),
    runId,
    sequence: row.sequence,
    nodePath: row.node_path,
    iterationPath: row.iteration_path,
    nodeType: row.node_type,
    replay: row.replay,
    status: row.status,
    statusReason: row.status_reason,
    inputRef: refOf(row.input_sha256, row.input_bytes),
    outputRef: refOf(row.output_sha256, row.output_bytes),
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    takenEdges: row.taken_edges === null ? null : parseNumbers(row.taken_edges),
    notBefore: row.not_before,
    question: row.question === null ? null : Question.parse(JSON.parse(row.question)),
    answerRef: refOf(row.answer_sha256, row.answer_bytes),
    generation: row.generation,
    attemptNumber: row.attempt_number,
    attemptStatus: row.attempt_status,
    lastActor: actorOf(row),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export interface AttemptRow {
  readonly number: number;
  readonly status: AttemptStatus;
  readonly error: string | null;
  readonly metrics: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

export function attemptOfRow(nodeExecutionId: string, row: AttemptRow): Attempt {
  return {
    nodeExecutionId,
    number: row.number,
    status: row.status,
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    metrics: row.metrics === null ? noMetrics : JobMetrics.parse(JSON.parse(row.metrics)),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export interface SubStepRow {
  readonly name: string;
  readonly n: number;
  readonly attempt: number;
  readonly status: "intended" | "recorded";
  readonly output_sha256: string | null;
  readonly output_bytes: number | null;
  readonly recorded_at: string;
}

export function subStepOfRow(nodeExecutionId: string, row: SubStepRow): SubStep {
  return {
    nodeExecutionId,
    name: row.name,
    n: row.n,
    attempt: row.attempt,
    status: row.status,
    outputRef: refOf(row.output_sha256, row.output_bytes),
    recordedAt: row.recorded_at,
  };
}

export interface LogRow {
  readonly number: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly at: string;
  readonly level: StoredLogLine["level"];
  readonly text: string;
}

export function logOfRow(runId: string, row: LogRow): StoredLogLine {
  return {
    number: row.number,
    runId,
    nodeExecutionId: nodeExecutionIdOf(runId, row.sequence),
    attempt: row.attempt,
    at: row.at,
    level: row.level,
    text: row.text,
  };
}
