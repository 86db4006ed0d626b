// The columns that the row types of ../*-rows.ts are made of; the caller adds its `where`.

/** What a `RunRow` is made of; `r` is the run. */
export const selectRun = `
  select r.run_id, r.job_id, d.hash as definition_hash, r.revision, r.last_seq, r.nodes_total, r.nodes_done,
    r.crash_count, r.status, r.status_reason, r.actor_kind, r.actor_id, r.actor_via,
    o.instance_id as owner_instance_id, r.owner_epoch, r.heartbeat_at, r.wake_at, r.running_ms,
    r.created_at, r.started_at, r.finished_at, r.error, r.closing, r.workflow_id, r.workflow_name, r.key_scope,
    r.trigger, r.parent_run_id, r.forked_from_run_id, r.grants, r.access_mode, r.on_interrupted,
    r.pinned::int as pinned, r.tags,
    i.sha256 as input_sha256, i.bytes as input_bytes, u.sha256 as output_sha256, u.bytes as output_bytes
  from workflow_run r
    join workflow_definition d on d.id = r.definition
    join run_payload i on i.run_id = r.run_id and i.slot = 'input'
    left join run_payload u on u.run_id = r.run_id and u.slot = 'output'
    left join engine_instance o on o.epoch = r.owner_epoch`;

export const selectJob = `
  select j.job_id, j.trace_id, r.run_id, j.job_kind, j.state, r.grants, r.access_mode, j.metrics,
    j.status_reason, j.created_at, r.started_at, r.finished_at
  from job j join workflow_run r on r.run_id = j.newest_run`;

/** What a `NodeRow` is made of; `n` is the node execution. Payload texts are not read. */
export const nodeColumns = `
    n.sequence, n.node_path, n.iteration_path, n.node_type, n.replay, n.generation, n.status, n.status_reason,
    n.actor_kind, n.actor_id, n.actor_via, n.created_at, n.started_at, n.finished_at, n.not_before,
    n.attempt_number, n.attempt_status, n.error, n.taken_edges, n.question,
    n.input_sha256, n.input_bytes, n.output_sha256, n.output_bytes, n.answer_sha256, n.answer_bytes`;

export const selectNode = `select ${nodeColumns} from node_execution n`;

export const eventColumns =
  "e.seq, e.at, e.type, e.actor_kind, e.actor_id, e.actor_via, e.epoch, e.group_id, e.data";
