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
import { eventColumns, selectJob, selectNode, selectRun } from "./postgres-selects.ts";
import type { Query } from "./postgres-transaction.ts";
import { textOfStored, uuidOrNull } from "./postgres-values.ts";

interface Page {
  readonly after: number;
  readonly limit: number;
}

/** A node execution's key in the tables; null for what cannot be one. */
export function nodeKeyOf(nodeExecutionId: string): { runId: string; sequence: number } | null {
  const { runId, sequence } = parseNodeExecutionId(nodeExecutionId);
  return uuidOrNull(runId) === null || Number.isNaN(sequence) ? null : { runId, sequence };
}

export type Reads = ReturnType<typeof createReads>;

/** What is read by an id: each one statement, found by a primary key. */
export function createReads(query: Query) {
  return {
    async getDefinition(hash: string): Promise<PinnedDefinition | null> {
      const [row] = await query<DefinitionRow>(definition, [hash]);
      if (row === undefined) return null;
      return {
        hash,
        source: row.source,
        resolved: WorkflowDefinition.parse(JSON.parse(row.resolved)),
        nodeTypeVersions: parseVersions(row.versions),
      };
    },
    async getRun(runId: string): Promise<WorkflowRun | null> {
      const [row] = await query<RunRow>(run, [uuidOrNull(runId)]);
      return row === undefined ? null : runOf(row);
    },
    async findRunByRequestKey(requestKey: string): Promise<string | null> {
      const [row] = await query<{ run_id: string }>(runByRequestKey, [requestKey]);
      return row?.run_id ?? null;
    },
    async listRunsOfJob(jobId: string): Promise<readonly WorkflowRun[]> {
      return (await query<RunRow>(runsOfJob, [uuidOrNull(jobId)])).map(runOf);
    },
    async getJob(jobId: string): Promise<Job | null> {
      const [row] = await query<JobRow>(job, [uuidOrNull(jobId)]);
      return row === undefined ? null : jobOf(row);
    },
    async countRunsByState(): Promise<Readonly<Record<JobState, number>>> {
      const rows = await query<{ status: JobState; runs: number }>(counts);
      const byState = new Map(rows.map(({ status, runs }) => [status, runs]));
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
    async getNodeExecution(nodeExecutionId: string): Promise<NodeExecution | null> {
      const key = nodeKeyOf(nodeExecutionId);
      if (key === null) return null;
      const [row] = await query<NodeRow>(node, [key.runId, key.sequence]);
      return row === undefined ? null : nodeOf(key.runId, row);
    },
    async listWorkflowNodeExecutions(
      runId: string,
      { after, limit }: Page,
    ): Promise<readonly NodeExecution[]> {
      const rows = await query<NodeRow>(nodes, [uuidOrNull(runId), after, limit]);
      return rows.map((row) => nodeOf(runId, row));
    },
    async getRunMetrics(runId: string): Promise<JobMetrics> {
      const [row] = await query<JobMetrics & object>(metrics, [uuidOrNull(runId)]);
      return row ?? noMetrics;
    },
    async listAttempts(nodeExecutionId: string): Promise<readonly Attempt[]> {
      const key = nodeKeyOf(nodeExecutionId);
      if (key === null) return [];
      const rows = await query<AttemptRow>(attempts, [key.runId, key.sequence]);
      return rows.map((row) => attemptOfRow(nodeExecutionId, row));
    },
    async listSubSteps(nodeExecutionId: string): Promise<readonly SubStep[]> {
      const key = nodeKeyOf(nodeExecutionId);
      if (key === null) return [];
      const rows = await query<SubStepRow>(subSteps, [key.runId, key.sequence]);
      return rows.map((row) => subStepOfRow(nodeExecutionId, row));
    },
    async listRunEvents(runId: string, { after, limit }: Page): Promise<readonly RunEvent[]> {
      const rows = await query<EventRow>(events, [uuidOrNull(runId), after, limit]);
      return rows.map((row) => eventOfRow(runId, row));
    },
    async listLogs(runId: string, { after, limit }: Page): Promise<readonly StoredLogLine[]> {
      const rows = await query<LogRow>(logs, [uuidOrNull(runId), after, limit]);
      return rows.map((row) => logOfRow(runId, { ...row, text: textOfStored(row.text) }));
    },
    async listInstances(limit: number): Promise<readonly EngineInstance[]> {
      return (await query<InstanceRow>(instances, [limit])).map(instanceOfRow);
    },
    listChildProcesses: (): Promise<readonly RegisteredChildProcess[]> =>
      query<RegisteredChildProcess & object>(children),
  };
}

export function runOf(row: RunRow): WorkflowRun {
  return runOfRow({
    ...row,
    status_reason: textOfStored(row.status_reason),
    workflow_name: textOfStored(row.workflow_name),
  });
}

export function jobOf(row: JobRow): Job {
  return jobOfRow({ ...row, status_reason: textOfStored(row.status_reason) });
}

export function nodeOf(runId: string, row: NodeRow): NodeExecution {
  return nodeOfRow(runId, {
    ...row,
    status_reason: textOfStored(row.status_reason),
    node_path: textOfStored(row.node_path),
  });
}

interface DefinitionRow {
  readonly source: string;
  readonly resolved: string;
  readonly versions: string;
}

function parseVersions(text: string): { readonly [type: string]: number } {
  const value: unknown = JSON.parse(text);
  const versions: Record<string, number> = {};
  for (const [type, version] of Object.entries(value ?? {})) versions[type] = Number(version);
  return versions;
}

const definition = {
  name: "definition",
  text: "select source, resolved, node_type_versions as versions from workflow_definition where hash = $1",
};
const run = { name: "run", text: `${selectRun} where r.run_id = $1` };
const runByRequestKey = {
  name: "run_by_request_key",
  text: "select run_id from workflow_run where request_key = $1",
};
const runsOfJob = {
  name: "runs_of_job",
  text: `${selectRun} where r.job_id = $1 order by r.ordinal desc`,
};
const job = { name: "job", text: `${selectJob} where j.job_id = $1` };
const counts = {
  name: "counts",
  text: "select status, sum(runs)::int8 as runs from run_count group by status",
};
const node = { name: "node", text: `${selectNode} where n.run_id = $1 and n.sequence = $2` };
const nodes = {
  name: "nodes",
  text: `${selectNode} where n.run_id = $1 and n.sequence > $2 order by n.sequence limit $3`,
};
const attempts = {
  name: "attempts",
  text: `select number, status, error, metrics, started_at, finished_at from node_attempt
    where run_id = $1 and sequence = $2 order by number`,
};
const sumsOfMetrics = ["durationMs", "totalTokens", "inputTokens", "outputTokens", "costUsd"]
  .map((name) => `coalesce(sum((metrics ->> '${name}')::numeric), 0) as "${name}"`)
  .join(", ");
const metrics = {
  name: "metrics",
  text: `select ${sumsOfMetrics} from node_attempt where run_id = $1`,
};
const subSteps = {
  name: "sub_steps",
  text: `select name, n, attempt, status, output_sha256, output_bytes, recorded_at
    from sub_step where run_id = $1 and sequence = $2 order by ordinal`,
};
const events = {
  name: "events",
  text: `select ${eventColumns} from run_event e where e.run_id = $1 and e.seq > $2 order by e.seq limit $3`,
};
const logs = {
  name: "logs",
  text: `select number, sequence, attempt, at, level, text from node_log
    where run_id = $1 and number > $2 order by number limit $3`,
};
const instances = {
  name: "instances",
  text: `select epoch, instance_id, kind, pid, process_started_at, boot_id, machine_id, app_version, started_at,
      last_beat_at, clean_at
    from engine_instance order by epoch desc limit $1`,
};
const children = {
  name: "children",
  text: `select substr(c.run_id::text, 1, 28) || lpad(to_hex(c.sequence), 8, '0') as "nodeExecutionId",
      c.run_id as "runId", n.node_path as "nodePath", c.pid, c.start_time as "startTime"
    from child_process c join node_execution n on n.run_id = c.run_id and n.sequence = c.sequence
    order by c.run_id, c.sequence`,
};
