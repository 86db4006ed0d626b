import type { HistoryTable } from "../history-tables.ts";

const nodeColumns = `node_path, iteration_path, node_type, replay, generation, status, status_reason,
  actor_kind, actor_id, actor_via, created_at, started_at, finished_at, not_before,
  attempt_number, attempt_status, attempt_started_at, attempt_finished_at, attempt_error, attempt_metrics,
  error, taken_edges, question, input_sha256, input_bytes, input_text, output_sha256, output_bytes, output_text,
  answer_sha256, answer_bytes, answer_text`;

const eventColumns =
  "seq, at, type, actor_kind, actor_id, actor_via, epoch, group_id, data, checksum";

const instanceColumns = `epoch, instance_id, kind, pid, process_started_at, boot_id, machine_id, app_version,
  started_at, last_beat_at, clean_at`;

const runColumns = `revision, last_seq, nodes_total, nodes_done, crash_count, status, status_reason,
  actor_kind, actor_id, actor_via, heartbeat_at, wake_at, running_ms, created_at, started_at, finished_at,
  error, closing, workflow_id, workflow_name, key_scope, trigger, parent_run_id, forked_from_run_id,
  grants, access_mode, on_interrupted, pinned, tags`;

const of = (alias: string, columns: string): string =>
  columns.replaceAll(/\w+/g, (column) => `${alias}.${column}`);

/** A named parameter for each column. */
const values = (columns: string): string => columns.replaceAll(/\w+/g, (column) => `@${column}`);

/** Every row of a table in its order, with the ids that the outside knows (history-tables.ts). */
export const selectHistory: Readonly<Record<HistoryTable, string>> = {
  engine_instance: `select ${instanceColumns} from engine_instance order by epoch`,
  workflow_definition: `select hash, source, resolved, node_type_versions, created_at
    from workflow_definition order by hash`,
  job: `select j.job_id, j.trace_id, j.job_kind, r.run_id as newest_run, j.state, j.status_reason, j.metrics,
      j.created_at
    from job j left join workflow_run r on r.id = j.newest_run order by j.job_id`,
  workflow_run: `select r.run_id, j.job_id, d.hash as definition_hash, ${of("r", runColumns)}
    from workflow_run r join job j on j.id = r.job join workflow_definition d on d.id = r.definition
    order by r.id`,
  run_payload: `select r.run_id, p.slot, p.sha256, p.bytes, p.text
    from run_payload p join workflow_run r on r.id = p.run order by p.id`,
  node_execution: `select r.run_id, n.sequence, ${of("n", nodeColumns)}
    from workflow_run r join node_execution n on n.run = r.id order by r.id, n.sequence`,
  attempt: `select r.run_id, n.sequence, a.number, a.status, a.error, a.metrics, a.started_at, a.finished_at
    from workflow_run r join node_execution n on n.run = r.id join attempt a on a.execution = n.id
    order by r.id, n.sequence, a.number`,
  sub_step: `select r.run_id, n.sequence, s.name, s.n, s.attempt, s.status, s.recorded_at,
      s.output_sha256, s.output_bytes, s.output_text
    from workflow_run r join node_execution n on n.run = r.id join sub_step s on s.execution = n.id
    order by r.id, n.sequence, s.id`,
  run_event: `select r.run_id, ${of("e", eventColumns)}
    from workflow_run r join run_event e on e.run = r.id order by r.id, e.seq`,
  node_log: `select l.number, r.run_id, n.sequence, l.attempt, l.at, l.level, l.text
    from node_log l join workflow_run r on r.id = l.run join node_execution n on n.id = l.execution
    order by l.number`,
};

const run = "(select id from workflow_run where run_id = @run_id)";
const execution = `(select id from node_execution where run = ${run} and sequence = @sequence)`;

/** One row. What a job and the counts say of runs is kept by the triggers of those. */
export const insertHistory: Readonly<Record<HistoryTable, string>> = {
  engine_instance: `insert into engine_instance (${instanceColumns}) values (${values(instanceColumns)})`,
  workflow_definition: `insert into workflow_definition (hash, source, resolved, node_type_versions, created_at)
    values (@hash, @source, @resolved, @node_type_versions, @created_at)`,
  job: `insert into job (job_id, trace_id, job_kind, state, status_reason, metrics, created_at)
    values (@job_id, @trace_id, @job_kind, @state, @status_reason, @metrics, @created_at)`,
  workflow_run: `insert into workflow_run (run_id, job, definition, ${runColumns})
    values (@run_id, (select id from job where job_id = @job_id),
      (select id from workflow_definition where hash = @definition_hash), ${values(runColumns)})`,
  run_payload: `insert into run_payload (id, sha256, bytes, text)
    values (${run} * 2 + (@slot = 'output'), @sha256, @bytes, @text)`,
  node_execution: `insert into node_execution (run, sequence, ${nodeColumns})
    values (${run}, @sequence, ${values(nodeColumns)})`,
  attempt: `insert into attempt (execution, number, status, error, metrics, started_at, finished_at)
    values (${execution}, @number, @status, @error, @metrics, @started_at, @finished_at)`,
  sub_step: `insert into sub_step (execution, name, n, attempt, status, recorded_at,
      output_sha256, output_bytes, output_text)
    values (${execution}, @name, @n, @attempt, @status, @recorded_at, @output_sha256, @output_bytes, @output_text)`,
  run_event: `insert into run_event (run, ${eventColumns}) values (${run}, ${values(eventColumns)})`,
  node_log: `insert into node_log (number, run, execution, attempt, at, level, text)
    values (@number, ${run}, ${execution}, @attempt, @at, @level, @text)`,
};
