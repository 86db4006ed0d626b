-- Takes everything away that 0001-initial.sql made: the data is gone, the backup before it is not.
drop view node_attempt;
alter table job drop constraint job_newest_run;
drop table child_process, node_log, run_event, sub_step, attempt, node_execution, payload_chunk, run_payload,
  workflow_run, job, workflow_definition, limit_share, engine_lease, engine_instance, run_count, storage_identity;
drop function is_copying, count_run, missing_rows, is_legal_transition, refuse_change, workflow_run_rules,
  workflow_run_inserted, workflow_run_status_changed, workflow_run_deleted, node_execution_rules, run_event_rules,
  server_started_at;
