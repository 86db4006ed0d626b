-- Takes everything away that 0001-initial.sql made: the data is gone, the backup before it is not.
drop view node_attempt;
alter table job drop constraint job_newest_run;
drop table child_process, node_log, run_event, sub_step, attempt, node_execution, payload_chunk, run_payload,
  workflow_run, job, workflow_definition, limit_share, engine_lease, engine_instance, run_count, storage_identity;
drop function is_sound_run, is_sound_node, is_event_type, is_copying, count_run, require_rows, is_legal_transition, refuse_change, workflow_run_created,
  workflow_run_changes, workflow_run_inserted, workflow_run_status_changed, workflow_run_deleted, node_execution_created,
  node_execution_changes, node_execution_output_kept, server_started_at;
