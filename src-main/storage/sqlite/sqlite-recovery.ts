import { randomUUID } from "node:crypto";
import type Database from "better-sqlite3";
import type {
  RecoveredRun,
  RecoveryReport,
  RecoveryRequest,
} from "../../../app/storage/storage.ts";
import type { CrashPoint } from "./sqlite-commit.ts";
import { requireFence } from "./sqlite-instances.ts";
import { immediately } from "./sqlite-transaction.ts";
import { stretchSql } from "./sqlite-run-writer.ts";

/**
 * Marks interrupted runs in one transaction of set-based statements: the orphans and their open nodes
 * are listed in temporary tables, then events, nodes and runs are written from those. No payload is read.
 */
export function createRecovery(db: Database.Database, crashPoint: CrashPoint) {
  return immediately(db, (request: RecoveryRequest): RecoveryReport => {
    requireFence(db, request.fence);
    const values = {
      at: request.at,
      threshold: request.thresholdSecs,
      boot: request.bootId,
      quit: Number(request.scope === "quit"),
      actor: request.fence.instanceId,
      epoch: request.fence.epoch,
      groupId: randomUUID(),
    };
    db.exec(temporaryTables);
    for (const [name, sql] of statements) {
      db.prepare(sql).run(values);
      crashPoint?.(`recovery: ${name}`);
    }
    const orphans = db.prepare<[], OrphanRow>(selectOrphans).all();
    db.exec("drop table temp.orphan_node; drop table temp.orphan");
    crashPoint?.("recovery: before commit");
    return reportOf(orphans, request);
  });
}

interface OrphanRow extends Omit<RecoveredRun, "thresholdSecs"> {
  readonly toStatus: string;
  readonly poisoned: number;
}

function reportOf(
  orphans: readonly OrphanRow[],
  { at, thresholdSecs }: RecoveryRequest,
): RecoveryReport {
  const runs = orphans.map(({ toStatus, poisoned, ...run }) => ({
    list: poisoned === 1 ? "poisoned" : toStatus === "stalled" ? "stalled" : "ended",
    run: { ...run, thresholdSecs },
  }));
  const ofList = (list: string) =>
    runs.filter((entry) => entry.list === list).map(({ run }) => run);
  return { at, stalled: ofList("stalled"), poisoned: ofList("poisoned"), ended: ofList("ended") };
}

const selectOrphans = `
  select run_id as runId, job_id as jobId, reason, last_heartbeat as lastHeartbeatAt, crash_count as crashCount,
    to_status as toStatus, poisoned
  from temp.orphan order by run`;

/** For the test of the query plans: what the two listing statements need. */
export const temporaryTables = `
  create temp table orphan (
    run integer primary key,
    run_id text not null,
    job_id text not null,
    last_seq integer not null,
    owner_instance_id text,
    last_heartbeat text,
    reason text not null,
    crash_count integer not null,
    poisoned integer not null,
    to_status text not null,
    closing_reason text,
    closing_error text,
    events integer not null default 0,
    done integer not null default 0
  ) strict;
  create temp table orphan_node (
    id integer primary key,
    run integer not null,
    ordinal integer not null,
    was_running integer not null,
    to_status text not null,
    reason text not null,
    attempt_status text,
    attempt_error text,
    data text not null
  ) strict`;

// A run of an older epoch: the lock, or the newer row, proves that its owner is gone.
export const listOrphans = `
  insert into temp.orphan (run, run_id, job_id, last_seq, owner_instance_id, last_heartbeat, reason, crash_count,
    poisoned, to_status, closing_reason, closing_error)
  select run, run_id, job_id, last_seq, instance_id, heartbeat_at, reason, crash_count,
    to_status = 'stalled' and crash_count >= 3, to_status, closing_reason, closing_error
  from (
    select run, run_id, job_id, last_seq, instance_id, heartbeat_at, reason, to_status, closing_reason, closing_error,
      crash_count + (reason = 'crash' and exists (
        select 1 from node_execution n indexed by node_execution_sequence
        where n.run = o.run and n.status = 'running')) as crash_count
    from (
      select r.id as run, r.run_id, j.job_id, r.last_seq, e.instance_id, r.heartbeat_at, r.crash_count,
        case
          when :quit then 'app_quit'
          when e.epoch is null or e.clean_at is not null then 'unknown'
          when e.boot_id = :boot then 'crash'
          else 'power_loss' end as reason,
        coalesce(json_extract(r.closing, '$.to'), 'stalled') as to_status,
        json_extract(r.closing, '$.reason') as closing_reason,
        json_extract(r.closing, '$.error') as closing_error
      from workflow_run r indexed by workflow_run_running
        join job j on j.id = r.job
        left join engine_instance e on e.epoch = r.owner_epoch
      where r.status = 'running'
        and case when :quit then r.owner_epoch = :epoch else r.owner_epoch is null or r.owner_epoch < :epoch end
    ) o
  )`;

// Of a stalled run the running nodes; of one that was closing every node that has not ended. The run's nodes
// are gone through: an index of the running ones would cost every step a page, twice.
export const listNodes = `
  insert into temp.orphan_node (id, run, ordinal, was_running, to_status, reason, attempt_status, attempt_error, data)
  select id, run, row_number() over (partition by run order by sequence), was_running, to_status, reason,
    attempt_status, attempt_error,
    case when was_running
      then json_object('nodeExecutionId', node_id, 'nodePath', node_path, 'iterationPath', iteration_path,
        'sequence', sequence, 'to', to_status, 'from', status, 'reason', reason, 'attempt', json_object(
          'number', attempt_number, 'status', attempt_status, 'error', json(attempt_error)))
      else json_object('nodeExecutionId', node_id, 'nodePath', node_path, 'iterationPath', iteration_path,
        'sequence', sequence, 'to', to_status, 'from', status, 'reason', reason) end
  from (
    select n.id, n.run, n.sequence, n.node_path, n.iteration_path, n.status, n.attempt_number,
      1 as was_running, 'stalled' as to_status, o.reason,
      substr(o.run_id, 1, 28) || printf('%08x', n.sequence) as node_id,
      'failed' as attempt_status,
      json_patch(
        '{"code":"INTERRUPTED","message":"The app stopped while this attempt ran."}',
        case n.replay when 'external' then '{"outcomeUnknown":true}' else '{}' end) as attempt_error
    from temp.orphan o cross join node_execution n indexed by node_execution_sequence on n.run = o.run
    where o.to_status = 'stalled' and n.status = 'running'
    union all
    select n.id, n.run, n.sequence, n.node_path, n.iteration_path, n.status, n.attempt_number,
      n.status = 'running', 'cancelled', o.closing_reason,
      substr(o.run_id, 1, 28) || printf('%08x', n.sequence),
      case n.status when 'running' then 'cancelled' end,
      case n.status when 'running' then json_patch(
        '{"code":"CANCELLED","message":"The app stopped while this attempt was being cancelled."}',
        case n.replay when 'external' then '{"outcomeUnknown":true}' else '{}' end) end
    from temp.orphan o cross join node_execution n indexed by node_execution_sequence on n.run = o.run
    where o.to_status <> 'stalled' and n.finished_at is null
  )`;

const countEvents = `
  update temp.orphan set events = counted.events, done = case to_status when 'stalled' then 0 else counted.events end
  from (select run, count(*) as events from temp.orphan_node group by run) counted
  where counted.run = orphan.run`;

/** Events from a list of (run, seq, type, data). */
function insertEvents(type: string, rows: string): string {
  return `
  insert into run_event (run, seq, at, type, actor_kind, actor_id, actor_via, epoch, group_id, data, checksum)
  select run, seq, :at, '${type}', 'system', :actor, 'recovery', :epoch, :groupId, data,
    event_checksum(run_id, seq, :at, '${type}', 'system', :actor, 'recovery', :epoch, :groupId, data)
  from (${rows})`;
}

const nodeEvents = insertEvents(
  "node.status",
  `select o.run, o.run_id, o.last_seq + n.ordinal as seq, n.data from temp.orphan_node n join temp.orphan o on o.run = n.run`,
);

const recoveryEvents = insertEvents(
  "workflow_recovery",
  `select run, run_id, last_seq + events + 1 as seq, json_object(
     'workflow_run_id', run_id, 'job_id', job_id, 'from', 'running', 'to', to_status, 'reason', reason,
     'last_heartbeat_ts', last_heartbeat, 'threshold_secs', :threshold,
     'ownerInstanceId', owner_instance_id, 'crashCount', crash_count) as data
   from temp.orphan`,
);

const poisonEvents = insertEvents(
  "run.status",
  `select run, run_id, last_seq + events + 2 as seq,
     json_object('from', 'stalled', 'to', 'poisoned', 'reason', 'crashed ' || crash_count || ' times') as data
   from temp.orphan where poisoned`,
);

const updateNodes = `
  update node_execution set
    status = o.to_status, status_reason = o.reason,
    actor_kind = 'system', actor_id = :actor, actor_via = 'recovery',
    error = null, not_before = null, question = null,
    attempt_status = case when o.was_running then o.attempt_status else node_execution.attempt_status end,
    attempt_error = case when o.was_running then o.attempt_error else node_execution.attempt_error end,
    attempt_finished_at = case when o.was_running then :at else node_execution.attempt_finished_at end,
    finished_at = case o.to_status when 'cancelled' then :at end
  from temp.orphan_node o where o.id = node_execution.id`;

// A stretch of work ends with its last beat: what came after it was not running.
const updateRuns = `
  update workflow_run set
    status = o.to_status, status_reason = coalesce(o.closing_reason, o.reason),
    actor_kind = 'system', actor_id = :actor, actor_via = 'recovery',
    revision = revision + 1, last_seq = workflow_run.last_seq + o.events + 1,
    nodes_done = nodes_done + o.done, crash_count = o.crash_count,
    running_ms = running_ms + ${stretchSql("coalesce(workflow_run.heartbeat_at, workflow_run.running_since)")}, running_since = null, owner_epoch = null,
    wake_at = null, error = o.closing_error, finished_at = case o.to_status when 'stalled' then null else :at end
  from temp.orphan o where o.run = workflow_run.id`;

const poisonRuns = `
  update workflow_run set
    status = 'poisoned', status_reason = 'crashed ' || workflow_run.crash_count || ' times',
    revision = revision + 1, last_seq = last_seq + 1, finished_at = :at
  where id in (select run from temp.orphan where poisoned)`;

const statements: readonly (readonly [name: string, sql: string])[] = [
  ["orphans listed", listOrphans],
  ["nodes listed", listNodes],
  ["events counted", countEvents],
  ["node events written", nodeEvents],
  ["recovery events written", recoveryEvents],
  ["poison events written", poisonEvents],
  ["nodes updated", updateNodes],
  ["runs updated", updateRuns],
  ["runs poisoned", poisonRuns],
];
