import type Database from "better-sqlite3";
import { parseNodeExecutionId } from "../../../app/model/execution-id.ts";
import { noMetrics, type Job, type JobMetrics, type JobState } from "../../../app/model/job.ts";
import type { Attempt, NodeExecution, SubStep } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import {
  WorkflowDefinition,
  type PinnedDefinition,
} from "../../../app/model/workflow-definition.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import type {
  EngineInstance,
  RegisteredChildProcess,
  StoredLogLine,
} from "../../../app/storage/storage.ts";
import { eventOfRow, instanceOfRow, type EventRow, type InstanceRow } from "../event-rows.ts";
import {
  attemptOfRow,
  logOfRow,
  nodeOfRow,
  subStepOfRow,
  type AttemptRow,
  type LogRow,
  type NodeRow,
  type SubStepRow,
} from "../node-rows.ts";
import { jobOfRow, runOfRow, type JobRow, type RunRow } from "../run-rows.ts";
import { createRunLists } from "./sqlite-run-lists.ts";
import { createSchedulerReads } from "./sqlite-scheduler-reads.ts";
import { selectRun, selectJob, selectNode, selectEvent } from "./sqlite-selects.ts";

interface Page {
  readonly after: number;
  readonly limit: number;
}

/** A node execution's keys in the tables. */
export interface NodeKey {
  readonly runId: string;
  readonly run: number;
  readonly key: number;
}

export type Reads = ReturnType<typeof createReads>;

/** Every read, over any connection: the writer's own, or a reader thread's read-only one. */
export function createReads(db: Database.Database) {
  const runKey = db
    .prepare<[string], number>("select id from workflow_run where run_id = ?")
    .pluck();
  const definition = db.prepare<[string], { source: string; resolved: string; versions: string }>(
    "select source, resolved, node_type_versions as versions from workflow_definition where hash = ?",
  );
  const run = db.prepare<[string], RunRow>(`${selectRun} where r.run_id = ?`);
  const runByRequestKey = db
    .prepare<[string], string>("select run_id from workflow_run where request_key = ?")
    .pluck();
  const runsOfJob = db.prepare<[string], RunRow>(
    `${selectRun} where j.job_id = ? order by r.id desc`,
  );
  const job = db.prepare<[string], JobRow>(`${selectJob} where j.job_id = ?`);
  const counts = db.prepare<[], { status: JobState; runs: number }>(
    "select status, runs from run_count",
  );
  const node = db.prepare<[number], NodeRow>(`${selectNode} where n.id = ?`);
  const nodeId = db.prepare<[string, number], { run: number; key: number }>(
    "select run, id as key from node_execution where run = (select id from workflow_run where run_id = ?) and sequence = ?",
  );
  const nodes = db.prepare<[number, number, number], NodeRow>(
    `${selectNode} where n.run = ? and n.sequence > ? order by n.sequence limit ?`,
  );
  const attempts = db.prepare<[number, number], AttemptRow>(
    `select number, status, error, metrics, started_at, finished_at from attempt where execution = ?
     union all
     select attempt_number, attempt_status, attempt_error, attempt_metrics, attempt_started_at, attempt_finished_at
     from node_execution where id = ? and attempt_number > 0
     order by number`,
  );
  const metrics = db.prepare<[{ run: number }], JobMetrics>(
    `select ${sumsOfMetrics} from (
       select attempt_metrics as metrics from node_execution where run = @run
       union all
       select a.metrics from node_execution n join attempt a on a.execution = n.id where n.run = @run)`,
  );
  const subSteps = db.prepare<[number], SubStepRow>(
    `select name, n, attempt, status, output_sha256, output_bytes, recorded_at
     from sub_step where execution = ? order by id`,
  );
  const events = db.prepare<[number, number, number], EventRow>(
    `${selectEvent} where e.run = ? and e.seq > ? order by e.seq limit ?`,
  );
  const logs = db.prepare<[number, number, number], LogRow>(
    `select l.number, n.sequence, l.attempt, l.at, l.level, l.text
     from node_log l join node_execution n on n.id = l.execution
     where l.run = ? and l.number > ? order by l.number limit ?`,
  );
  const instances = db.prepare<[number], InstanceRow>(
    `select epoch, instance_id, kind, pid, process_started_at, boot_id, machine_id, app_version, started_at,
       last_beat_at, clean_at
     from engine_instance order by epoch desc limit ?`,
  );
  const children = db.prepare<[], RegisteredChildProcess>(
    `select substr(r.run_id, 1, 28) || printf('%08x', n.sequence) as nodeExecutionId, r.run_id as runId,
       n.node_path as nodePath, c.pid, c.start_time as startTime
     from child_process c
       join node_execution n on n.id = c.execution
       join workflow_run r on r.id = n.run
     order by c.execution`,
  );

  function nodeKey(nodeExecutionId: string): NodeKey | null {
    const { runId, sequence } = parseNodeExecutionId(nodeExecutionId);
    const found = Number.isNaN(sequence) ? undefined : nodeId.get(runId, sequence);
    return found === undefined ? null : { runId, ...found };
  }

  return {
    ...createRunLists(db),
    ...createSchedulerReads(db),
    nodeKey,
    getDefinition(hash: string): PinnedDefinition | null {
      const row = definition.get(hash);
      if (row === undefined) return null;
      return {
        hash,
        source: row.source,
        resolved: WorkflowDefinition.parse(JSON.parse(row.resolved)),
        nodeTypeVersions: parseVersions(row.versions),
      };
    },
    getRun(runId: string): WorkflowRun | null {
      const row = run.get(runId);
      return row === undefined ? null : runOfRow(row);
    },
    findRunByRequestKey: (requestKey: string): string | null =>
      runByRequestKey.get(requestKey) ?? null,
    listRunsOfJob: (jobId: string): readonly WorkflowRun[] => runsOfJob.all(jobId).map(runOfRow),
    getJob(jobId: string): Job | null {
      const row = job.get(jobId);
      return row === undefined ? null : jobOfRow(row);
    },
    countRunsByState(): Readonly<Record<JobState, number>> {
      const byState = new Map(counts.all().map(({ status, runs }) => [status, runs]));
      const count = (state: JobState): number => byState.get(state) ?? 0;
      return {
        queued: count("queued"),
        running: count("running"),
        stalled: count("stalled"),
        awaiting_user: count("awaiting_user"),
        awaiting_validation: count("awaiting_validation"),
        completed: count("completed"),
        completed_with_issues: count("completed_with_issues"),
        failed: count("failed"),
        cancelled: count("cancelled"),
        poisoned: count("poisoned"),
      };
    },
    getNodeExecution(nodeExecutionId: string): NodeExecution | null {
      const found = nodeKey(nodeExecutionId);
      const row = found === null ? undefined : node.get(found.key);
      return found === null || row === undefined ? null : nodeOfRow(found.runId, row);
    },
    listWorkflowNodeExecutions(runId: string, { after, limit }: Page): readonly NodeExecution[] {
      const key = runKey.get(runId);
      if (key === undefined) return [];
      return nodes.all(key, after, limit).map((row) => nodeOfRow(runId, row));
    },
    getRunMetrics(runId: string): JobMetrics {
      return metrics.get({ run: runKey.get(runId) ?? 0 }) ?? noMetrics;
    },
    listAttempts(nodeExecutionId: string): readonly Attempt[] {
      const found = nodeKey(nodeExecutionId);
      if (found === null) return [];
      return attempts.all(found.key, found.key).map((row) => attemptOfRow(nodeExecutionId, row));
    },
    listSubSteps(nodeExecutionId: string): readonly SubStep[] {
      const found = nodeKey(nodeExecutionId);
      if (found === null) return [];
      return subSteps.all(found.key).map((row) => subStepOfRow(nodeExecutionId, row));
    },
    listRunEvents(runId: string, { after, limit }: Page): readonly RunEvent[] {
      const key = runKey.get(runId);
      if (key === undefined) return [];
      return events.all(key, after, limit).map((row) => eventOfRow(runId, row));
    },
    listLogs(runId: string, { after, limit }: Page): readonly StoredLogLine[] {
      const key = runKey.get(runId);
      return key === undefined
        ? []
        : logs.all(key, after, limit).map((row) => logOfRow(runId, row));
    },
    listInstances: (limit: number): readonly EngineInstance[] =>
      instances.all(limit).map(instanceOfRow),
    listChildProcesses: (): readonly RegisteredChildProcess[] => children.all(),
  };
}

const sumsOfMetrics = ["durationMs", "totalTokens", "inputTokens", "outputTokens", "costUsd"]
  .map((name) => `coalesce(sum(metrics ->> '${name}'), 0) as ${name}`)
  .join(", ");

function parseVersions(text: string): { readonly [type: string]: number } {
  const value: unknown = JSON.parse(text);
  const versions: Record<string, number> = {};
  for (const [type, version] of Object.entries(value ?? {})) versions[type] = Number(version);
  return versions;
}
