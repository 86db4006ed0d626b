import type { JobState } from "../../../app/model/job.ts";
import type { NodeStatus } from "../../../app/model/node-execution.ts";
import type { Group } from "../../../app/storage/change.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import { requireFence } from "./postgres-instances.ts";
import type { Transaction } from "./postgres-transaction.ts";
import { uuidOrNull } from "./postgres-values.ts";

/** A run as it is now, inside the batch: as it was read under its lock, and then as planned groups leave it. */
export interface RunState {
  revision: number;
  lastSeq: number;
  status: JobState;
  closing: boolean;
}

export interface NodeState {
  status: NodeStatus;
  attemptNumber: number;
}

/** What the plan of a batch has to know. Runs and nodes that are not there do not exist. */
export interface BatchState {
  readonly runs: Map<string, RunState>;
  readonly nodes: Map<string, NodeState>;
  /** `groupKey`s of groups that stand in history already: their answer was lost, and they came again. */
  readonly committed: ReadonlySet<string>;
  readonly definitions: ReadonlyMap<string, number>;
  /** Trace ids of the jobs that may get another run. */
  readonly jobs: Map<string, string>;
}

export const nodeKey = (runId: string, sequence: number): string => `${runId}/${sequence}`;
export const groupKey = ({ runId, groupId }: Pick<Group, "runId" | "groupId">): string =>
  `${runId}/${groupId}`;

/**
 * Locks the engine's own row and the runs of a batch, in this order and the runs by id, and reads what the
 * plan needs: all in one round trip. Whoever writes anything of a run holds its row's lock.
 */
export async function loadBatchState(
  { query }: Transaction,
  groups: readonly Group[],
  fence: Fence | null,
  definitions: Map<string, number>,
): Promise<BatchState> {
  const needs = needsOf(groups);
  const [, runs, committed, nodes, jobs, known] = await Promise.all([
    fence === null ? null : requireFence(query, fence),
    query<RunRow>(lockRuns, [needs.runIds]),
    query<{ run_id: string; group_id: string }>(findCommitted, [
      needs.sent.map(({ runId }) => runId),
      needs.sent.map(({ after }) => after),
      needs.sent.map(({ groupId }) => groupId),
    ]),
    needs.nodes.length === 0
      ? []
      : query<NodeRow>(readNodes, [
          needs.nodes.map(({ runId }) => runId),
          needs.nodes.map(({ sequence }) => sequence),
        ]),
    needs.jobs.length === 0
      ? []
      : query<{ job_id: string; trace_id: string }>(readJobs, [needs.jobs]),
    needs.definitions.every((hash) => definitions.has(hash))
      ? []
      : query<{ hash: string; id: number }>(readDefinitions, [needs.definitions]),
  ]);
  // A definition never changes and never goes: known once, known for good.
  for (const { hash, id } of known) definitions.set(hash, id);
  return {
    runs: new Map(
      runs.map(({ run_id, revision, last_seq, status, closing }) => [
        run_id,
        { revision, lastSeq: last_seq, status, closing },
      ]),
    ),
    nodes: new Map(
      nodes.map(({ run_id, sequence, status, attempt_number }) => [
        nodeKey(run_id, sequence),
        { status, attemptNumber: attempt_number },
      ]),
    ),
    committed: new Set(
      committed.map(({ run_id: runId, group_id: groupId }) => groupKey({ runId, groupId })),
    ),
    definitions,
    jobs: new Map(jobs.map(({ job_id, trace_id }) => [job_id, trace_id])),
  };
}

interface Needs {
  readonly runIds: readonly string[];
  readonly sent: readonly { runId: string; after: number; groupId: string }[];
  readonly nodes: readonly { runId: string; sequence: number }[];
  readonly jobs: readonly string[];
  readonly definitions: readonly string[];
}

function needsOf(groups: readonly Group[]): Needs {
  const runIds = new Set<string>();
  const sent = [];
  const nodes = new Map<string, { runId: string; sequence: number }>();
  const jobs = new Set<string>();
  const definitions = new Set<string>();
  for (const { runId, groupId, expect, changes } of groups) {
    // The plan refuses what is no id.
    if (uuidOrNull(runId) === null) continue;
    runIds.add(runId);
    sent.push({ runId, after: expect?.lastSeq ?? 0, groupId });
    for (const change of changes) {
      if (change.change === "nodeStatus" && Number.isInteger(change.sequence)) {
        const { sequence } = change;
        nodes.set(nodeKey(runId, sequence), { runId, sequence });
      } else if (change.change === "stepIntended" || change.change === "stepRecorded") {
        const sequence = Number.parseInt(change.nodeExecutionId.slice(28), 16);
        if (Number.isInteger(sequence)) nodes.set(nodeKey(runId, sequence), { runId, sequence });
      } else if (change.change === "createRun") {
        definitions.add(change.definitionHash);
        if (change.existingJob && uuidOrNull(change.jobId) !== null) jobs.add(change.jobId);
      }
    }
  }
  return {
    runIds: [...runIds],
    sent,
    nodes: [...nodes.values()],
    jobs: [...jobs],
    definitions: [...definitions],
  };
}

interface RunRow {
  readonly run_id: string;
  readonly revision: number;
  readonly last_seq: number;
  readonly status: JobState;
  readonly closing: boolean;
}

interface NodeRow {
  readonly run_id: string;
  readonly sequence: number;
  readonly status: NodeStatus;
  readonly attempt_number: number;
}

const lockRuns = {
  name: "lock_runs",
  text: `select run_id, revision, last_seq, status, closing is not null as closing
    from workflow_run where run_id = any ($1::uuid[]) order by run_id for no key update`,
};

// From what the writer knew on: nothing, unless its answer was lost.
const findCommitted = {
  name: "find_committed",
  text: `select v.run_id, v.group_id from unnest($1::uuid[], $2::int8[], $3::text[]) as v (run_id, after, group_id)
    where exists (
      select from run_event e where e.run_id = v.run_id and e.seq > v.after and e.group_id = v.group_id)`,
};

const readNodes = {
  name: "read_nodes",
  text: `select n.run_id, n.sequence, n.status, n.attempt_number
    from unnest($1::uuid[], $2::int4[]) as v (run_id, sequence)
      join node_execution n on n.run_id = v.run_id and n.sequence = v.sequence`,
};

const readJobs = {
  name: "read_jobs",
  text: "select job_id, trace_id from job where job_id = any ($1::uuid[])",
};

const readDefinitions = {
  name: "read_definitions",
  text: "select hash, id from workflow_definition where hash = any ($1::text[])",
};
