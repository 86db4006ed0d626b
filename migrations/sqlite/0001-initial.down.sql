-- Takes everything away that 0001-initial.sql made: the data is gone, the backup before it is not.
drop view node_attempt;
drop table child_process;
drop table node_log;
drop trigger run_event_no_delete;
drop trigger run_event_no_update;
drop table run_event;
drop table sub_step;
drop table attempt;
drop table node_execution;
drop table run_payload;
update job set newest_run = null;
drop table workflow_run;
drop table job;
drop table workflow_definition;
drop table engine_instance;
drop table history_copy;
drop table run_count;
drop table legal_transition;
