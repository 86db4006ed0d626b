import type { ReplayClass, NodeStatus } from "../../../app/model/node-execution.ts";
import { Closing } from "../../../app/model/workflow-run.ts";
import type { RecoveryRequest } from "../../../app/storage/storage.ts";
import type { Query } from "./postgres-transaction.ts";

/** A running run without a living owner, locked, with its nodes that have not ended. */
export interface Orphan {
  readonly runId: string;
  readonly jobId: string;
  readonly lastSeq: number;
  readonly lastHeartbeatAt: string | null;
  readonly crashCount: number;
  readonly closing: Closing | null;
  readonly ownerInstanceId: string | null;
  /** Why it has no owner: app_quit, crash, power_loss, unknown. */
  readonly reason: string;
  /** By sequence. */
  readonly nodes: readonly OrphanNode[];
}

export interface OrphanNode {
  readonly sequence: number;
  readonly nodePath: string;
  readonly iterationPath: string;
  readonly status: NodeStatus;
  readonly attemptNumber: number;
  readonly replay: ReplayClass;
}

/** In the order of their creation. Scope `quit`: the caller's own; else those of fenced and ended engines. */
export async function listOrphans(
  query: Query,
  { fence, scope, bootId }: RecoveryRequest,
): Promise<readonly Orphan[]> {
  const rows =
    scope === "quit"
      ? await query<OrphanRow>(ownRuns, [fence.epoch])
      : await query<OrphanRow>(orphanedRuns, [fence.epoch]);
  if (rows.length === 0) return [];
  const nodesOfRun = new Map<string, OrphanNode[]>(rows.map(({ run_id }) => [run_id, []]));
  for (const { run_id, ...node } of await query<OrphanNode & { run_id: string }>(openNodes, [
    [...nodesOfRun.keys()],
  ]))
    nodesOfRun.get(run_id)?.push(node);
  return rows.map((row) => ({
    runId: row.run_id,
    jobId: row.job_id,
    lastSeq: row.last_seq,
    lastHeartbeatAt: row.heartbeat_at,
    crashCount: row.crash_count,
    closing: row.closing === null ? null : Closing.parse(JSON.parse(row.closing)),
    ownerInstanceId: row.instance_id,
    reason: scope === "quit" ? "app_quit" : reasonOf(row, bootId),
    nodes: nodesOfRun.get(row.run_id) ?? [],
  }));
}

interface OrphanRow {
  readonly run_id: string;
  readonly job_id: string;
  readonly last_seq: number;
  readonly heartbeat_at: string | null;
  readonly crash_count: number;
  readonly closing: string | null;
  readonly instance_id: string | null;
  readonly boot_id: string;
  readonly is_clean: boolean;
  readonly is_this_machine: boolean;
}

/** Of another machine nobody here can say whether it crashed, lost its power or only its network. */
function reasonOf({ boot_id, is_clean, is_this_machine }: OrphanRow, bootId: string): string {
  if (is_clean || !is_this_machine) return "unknown";
  return boot_id === bootId ? "crash" : "power_loss";
}

const orphanColumns = `
  select r.run_id, r.job_id, r.last_seq, r.heartbeat_at, r.crash_count, r.closing, i.instance_id, i.boot_id,
    i.clean_at is not null as is_clean,
    i.machine_id = (select machine_id from engine_instance where epoch = $1) as is_this_machine
  from workflow_run r join engine_instance i on i.epoch = r.owner_epoch`;

const ownRuns = {
  name: "own_runs",
  text: `${orphanColumns}
    where r.status = 'running' and r.owner_epoch = $1 order by r.ordinal for no key update of r`,
};

const orphanedRuns = {
  name: "orphaned_runs",
  text: `${orphanColumns}
    where r.status = 'running' and (i.fenced_at is not null or i.clean_at is not null)
    order by r.ordinal for no key update of r`,
};

const openNodes = {
  name: "open_nodes",
  text: `select run_id, sequence, node_path as "nodePath", iteration_path as "iterationPath", status,
      attempt_number as "attemptNumber", replay
    from node_execution where run_id = any ($1::uuid[]) and finished_at is null order by run_id, sequence`,
};
