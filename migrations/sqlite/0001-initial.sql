-- Everything a run is: definitions, jobs, runs, node executions, attempts, sub-steps, payloads, history.
--
-- Keys are integers inside and UUIDs outside; a node execution's UUID is made of its run's and its
-- sequence. Rows lie in the order of writing, not by run: a batch of many runs then writes few pages
-- (by run, 100 runs at once wrote three times as many). Times are RFC 3339 text, UTC, milliseconds.
-- A status is checked by `case … when …`, which is several times faster than `in (…)`.

create table engine_instance (
  epoch integer primary key check (epoch > 0),
  instance_id text not null unique check (length(instance_id) = 36),
  kind text not null,
  pid integer not null,
  process_started_at text not null,
  boot_id text not null,
  machine_id text not null,
  app_version text not null,
  started_at text not null check (started_at glob '????-??-??T??:??:??.???Z'),
  last_beat_at text not null check (last_beat_at glob '????-??-??T??:??:??.???Z'),
  clean_at text check (clean_at glob '????-??-??T??:??:??.???Z')
) strict;

create table workflow_definition (
  id integer primary key,
  hash text not null unique check (length(hash) = 64),
  source text not null check (json_valid(source)),
  resolved text not null check (json_valid(resolved)),
  node_type_versions text not null check (json_valid(node_type_versions)),
  created_at text not null check (created_at glob '????-??-??T??:??:??.???Z')
) strict;

-- state, status_reason and newest_run follow the newest run by trigger, in the run's own statement.
create table job (
  id integer primary key,
  job_id text not null unique check (length(job_id) = 36),
  trace_id text not null check (length(trace_id) = 36),
  job_kind text not null check (job_kind <> ''),
  newest_run integer references workflow_run (id) deferrable initially deferred,
  state text not null check (state in (
    'queued', 'running', 'stalled', 'awaiting_user', 'awaiting_validation',
    'completed', 'completed_with_issues', 'failed', 'cancelled', 'poisoned'
  )),
  status_reason text not null default '',
  metrics text not null check (json_valid(metrics)) default
    '{"durationMs":0,"totalTokens":0,"inputTokens":0,"outputTokens":0,"costUsd":0}',
  created_at text not null check (created_at glob '????-??-??T??:??:??.???Z')
) strict;

-- Payloads are kept apart (run_payload): every group of a run writes this row.
create table workflow_run (
  id integer primary key,
  run_id text not null unique check (length(run_id) = 36 and substr(run_id, 29) = '00000000'),
  job integer not null references job (id),
  definition integer not null references workflow_definition (id),
  -- Below 0 for a moment inside a group that changes the status several times: it is lowered first.
  revision integer not null,
  last_seq integer not null check (last_seq > 0),
  nodes_total integer not null check (nodes_total >= 0),
  nodes_done integer not null default 0 check (nodes_done >= 0),
  crash_count integer not null default 0 check (crash_count >= 0),
  status text not null,
  status_reason text not null,
  actor_kind text not null,
  actor_id text,
  actor_via text,
  owner_epoch integer references engine_instance (epoch),
  heartbeat_at text check (heartbeat_at glob '????-??-??T??:??:??.???Z'),
  wake_at text check (wake_at glob '????-??-??T??:??:??.???Z'),
  running_since text check (running_since glob '????-??-??T??:??:??.???Z'),
  running_ms integer not null default 0 check (running_ms >= 0),
  created_at text not null check (created_at glob '????-??-??T??:??:??.???Z'),
  started_at text check (started_at glob '????-??-??T??:??:??.???Z'),
  finished_at text check (finished_at glob '????-??-??T??:??:??.???Z'),
  error text check (json_valid(error)),
  closing text check (json_extract(closing, '$.to') in ('failed', 'cancelled')),
  workflow_id text not null,
  workflow_name text not null,
  key_scope text not null check (length(key_scope) = 36),
  trigger text not null check (json_valid(trigger)),
  request_key text generated always as (json_extract(trigger, '$.requestKey')) virtual,
  parent_run_id text check (length(parent_run_id) = 36),
  forked_from_run_id text check (length(forked_from_run_id) = 36),
  grants text not null check (json_valid(grants)),
  access_mode text not null check (access_mode in ('analysis_only', 'preview_only', 'apply_scoped')),
  on_interrupted text not null check (on_interrupted in ('ask', 'resume-safe', 'fail')),
  pinned integer not null default 0 check (pinned in (0, 1)),
  tags text not null default '[]' check (json_valid(tags)),
  constraint workflow_run_status check (case status
    when 'queued' then finished_at is null
    when 'running' then finished_at is null
    when 'stalled' then finished_at is null
    when 'awaiting_user' then finished_at is null
    when 'awaiting_validation' then finished_at is null
    when 'completed' then finished_at is not null and error is null
    when 'completed_with_issues' then finished_at is not null
    when 'failed' then finished_at is not null
    when 'cancelled' then finished_at is not null
    when 'poisoned' then finished_at is not null
    else 0 end),
  constraint workflow_run_owner check (owner_epoch is null or status = 'running'),
  constraint workflow_run_stretch check ((running_since is not null) = (status = 'running'))
) strict;

create unique index workflow_run_unfinished on workflow_run (job)
  where status not in ('completed', 'completed_with_issues', 'failed', 'cancelled');
create unique index workflow_run_request_key on workflow_run (request_key) where request_key is not null;
create index workflow_run_job on workflow_run (job, id);
create index workflow_run_by_status on workflow_run (status, id);
create index workflow_run_by_workflow on workflow_run (workflow_id, id);
create index workflow_run_running on workflow_run (owner_epoch) where status = 'running';
create index workflow_run_queued on workflow_run (wake_at, id) where status = 'queued';
create index workflow_run_waiting on workflow_run (wake_at, id)
  where status in ('awaiting_user', 'awaiting_validation') and wake_at is not null;

-- A payload of more than 1 MB is in the file blobs/<sha256>: then text is null and sha256 is not.
create table run_payload (
  id integer primary key,
  run integer not null generated always as (id >> 1) virtual references workflow_run (id),
  slot text not null generated always as (case id & 1 when 0 then 'input' else 'output' end) virtual,
  sha256 text not null check (length(sha256) = 64),
  bytes integer not null check (bytes >= 0),
  text text
) strict;

-- The current attempt is part of the row, so that there is never more than one open attempt; the ones
-- before it are in attempt. Payload columns come last: reading the others does not read them.
create table node_execution (
  id integer primary key,
  run integer not null references workflow_run (id),
  sequence integer not null check (sequence > 0),
  node_path text not null,
  iteration_path text not null,
  node_type text not null,
  replay text not null check (case replay when 'pure' then 1 when 'idempotent' then 1 when 'external' then 1 else 0 end),
  generation integer not null default 0,
  status text not null,
  status_reason text not null default '',
  actor_kind text not null,
  actor_id text,
  actor_via text,
  created_at text not null,
  started_at text,
  finished_at text,
  not_before text,
  attempt_number integer not null default 0,
  attempt_status text,
  attempt_started_at text,
  attempt_finished_at text,
  attempt_error text,
  attempt_metrics text,
  error text,
  taken_edges text,
  question text,
  input_sha256 text,
  input_bytes integer,
  output_sha256 text,
  output_bytes integer,
  answer_sha256 text,
  answer_bytes integer,
  input_text text,
  output_text text,
  answer_text text,
  constraint node_execution_status check (case status
    when 'queued' then finished_at is null and attempt_status is not 'running'
    when 'running' then finished_at is null and attempt_status is 'running'
    when 'stalled' then finished_at is null and attempt_status is not 'running'
    when 'awaiting_user' then finished_at is null and attempt_status is not 'running'
    when 'awaiting_validation' then finished_at is null and attempt_status is not 'running'
    when 'completed' then finished_at is not null and attempt_status is not 'running' and error is null
    when 'completed_with_issues' then finished_at is not null and attempt_status is not 'running'
    when 'failed' then finished_at is not null and attempt_status is not 'running'
    when 'cancelled' then finished_at is not null and attempt_status is not 'running'
    else 0 end),
  constraint node_execution_attempt check (case attempt_number
    when 0 then attempt_status is null
    else case attempt_status
      when 'running' then attempt_finished_at is null
      when 'completed' then attempt_finished_at is not null
      when 'failed' then attempt_finished_at is not null
      when 'cancelled' then attempt_finished_at is not null
      else 0 end end),
  constraint node_execution_payloads check (
    (input_sha256 is null) = (input_bytes is null)
    and (output_sha256 is null) = (output_bytes is null)
    and (answer_sha256 is null) = (answer_bytes is null))
) strict;

create unique index node_execution_sequence on node_execution (run, sequence);
create unique index node_execution_path on node_execution (run, node_path, iteration_path);

-- Superseded attempts; written by trigger when the next one is claimed.
create table attempt (
  execution integer not null references node_execution (id),
  number integer not null check (number > 0),
  status text not null check (status in ('completed', 'failed', 'cancelled')),
  error text,
  metrics text,
  started_at text not null,
  finished_at text not null,
  primary key (execution, number)
) strict, without rowid;

create view node_attempt (execution, number, status, error, metrics, started_at, finished_at) as
  select execution, number, status, error, metrics, started_at, finished_at from attempt
  union all
  select id, attempt_number, attempt_status, attempt_error, attempt_metrics, attempt_started_at, attempt_finished_at
  from node_execution where attempt_number > 0;

create table sub_step (
  id integer primary key,
  execution integer not null references node_execution (id),
  name text not null check (name <> ''),
  n integer not null check (n > 0),
  attempt integer not null check (attempt > 0),
  status text not null,
  recorded_at text not null,
  output_sha256 text,
  output_bytes integer,
  output_text text,
  unique (execution, name, n),
  check (case status
    when 'intended' then output_sha256 is null
    when 'recorded' then output_sha256 is not null and output_bytes is not null
    else 0 end)
) strict;

-- Append-only. checksum: CRC-32 of every column and the run's UUID, so that a flipped bit is seen.
create table run_event (
  id integer primary key,
  run integer not null references workflow_run (id),
  seq integer not null check (seq > 0),
  at text not null,
  type text not null,
  actor_kind text not null,
  actor_id text,
  actor_via text,
  epoch integer,
  group_id text not null,
  data text not null,
  checksum integer not null,
  check (case type
    when 'node.status' then 1 when 'run.created' then 1 when 'run.status' then 1 when 'run.closing' then 1
    when 'workflow_recovery' then 1 when 'run.resumed' then 1 when 'node.skipped' then 1
    when 'step.intended' then 1 when 'step.recorded' then 1 when 'capability.checked' then 1
    when 'confirmation.given' then 1 when 'run.annotated' then 1 else 0 end)
) strict;
create unique index run_event_seq on run_event (run, seq);

-- Outside history: losing the tail of a log is allowed.
create table node_log (
  number integer primary key,
  run integer not null references workflow_run (id),
  execution integer not null references node_execution (id),
  attempt integer not null,
  at text not null,
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  text text not null
) strict;
create index node_log_by_run on node_log (run, number);

-- Process groups that outlive the app when it is killed; removed when they ended.
create table child_process (
  execution integer primary key references node_execution (id),
  pid integer not null,
  start_time text not null
) strict;

-- Kept by triggers: counting runs by state reads ten rows, not a million.
create table run_count (
  status text primary key,
  runs integer not null check (runs >= 0)
) strict, without rowid;
insert into run_count (status, runs) values
  ('queued', 0), ('running', 0), ('stalled', 0), ('awaiting_user', 0), ('awaiting_validation', 0),
  ('completed', 0), ('completed_with_issues', 0), ('failed', 0), ('cancelled', 0), ('poisoned', 0);

-- app/engine/transitions.ts as rows ('-' = did not exist); a test proves that both are the same.
create table legal_transition (
  entity text not null,
  from_status text not null,
  to_status text not null,
  actor_kind text not null,
  primary key (entity, from_status, to_status, actor_kind)
) strict, without rowid;
insert into legal_transition (entity, from_status, to_status, actor_kind) values
  ('run', '-', 'queued', 'human'),
  ('run', '-', 'queued', 'policy'),
  ('run', '-', 'queued', 'engine'),
  ('run', 'queued', 'running', 'engine'),
  ('run', 'queued', 'cancelled', 'human'),
  ('run', 'queued', 'cancelled', 'policy'),
  ('run', 'queued', 'cancelled', 'engine'),
  ('run', 'queued', 'failed', 'human'),
  ('run', 'queued', 'failed', 'policy'),
  ('run', 'queued', 'failed', 'engine'),
  ('run', 'awaiting_user', 'cancelled', 'human'),
  ('run', 'awaiting_user', 'cancelled', 'policy'),
  ('run', 'awaiting_user', 'cancelled', 'engine'),
  ('run', 'awaiting_user', 'failed', 'human'),
  ('run', 'awaiting_user', 'failed', 'policy'),
  ('run', 'awaiting_user', 'failed', 'engine'),
  ('run', 'awaiting_validation', 'cancelled', 'human'),
  ('run', 'awaiting_validation', 'cancelled', 'policy'),
  ('run', 'awaiting_validation', 'cancelled', 'engine'),
  ('run', 'awaiting_validation', 'failed', 'human'),
  ('run', 'awaiting_validation', 'failed', 'policy'),
  ('run', 'awaiting_validation', 'failed', 'engine'),
  ('run', 'running', 'queued', 'engine'),
  ('run', 'running', 'awaiting_user', 'engine'),
  ('run', 'running', 'awaiting_validation', 'engine'),
  ('run', 'awaiting_user', 'queued', 'human'),
  ('run', 'awaiting_user', 'queued', 'engine'),
  ('run', 'awaiting_validation', 'queued', 'human'),
  ('run', 'awaiting_validation', 'queued', 'engine'),
  ('run', 'running', 'completed', 'engine'),
  ('run', 'running', 'completed_with_issues', 'engine'),
  ('run', 'running', 'failed', 'engine'),
  ('run', 'running', 'cancelled', 'engine'),
  ('run', 'running', 'failed', 'system'),
  ('run', 'running', 'cancelled', 'system'),
  ('run', 'running', 'stalled', 'system'),
  ('run', 'stalled', 'poisoned', 'system'),
  ('run', 'stalled', 'queued', 'human'),
  ('run', 'stalled', 'queued', 'policy'),
  ('run', 'stalled', 'failed', 'human'),
  ('run', 'stalled', 'failed', 'policy'),
  ('run', 'stalled', 'cancelled', 'human'),
  ('run', 'stalled', 'cancelled', 'policy'),
  ('run', 'poisoned', 'queued', 'human'),
  ('run', 'poisoned', 'failed', 'human'),
  ('run', 'poisoned', 'cancelled', 'human'),
  ('node', '-', 'queued', 'engine'),
  ('node', '-', 'running', 'engine'),
  ('node', '-', 'failed', 'engine'),
  ('node', '-', 'completed', 'engine'),
  ('node', 'queued', 'failed', 'engine'),
  ('node', 'queued', 'running', 'engine'),
  ('node', 'queued', 'awaiting_user', 'engine'),
  ('node', 'queued', 'completed', 'engine'),
  ('node', 'running', 'queued', 'engine'),
  ('node', 'running', 'awaiting_user', 'engine'),
  ('node', 'running', 'awaiting_validation', 'engine'),
  ('node', 'running', 'completed', 'engine'),
  ('node', 'running', 'completed_with_issues', 'engine'),
  ('node', 'running', 'failed', 'engine'),
  ('node', 'running', 'stalled', 'system'),
  ('node', 'running', 'cancelled', 'engine'),
  ('node', 'running', 'cancelled', 'system'),
  ('node', 'queued', 'cancelled', 'engine'),
  ('node', 'queued', 'cancelled', 'system'),
  ('node', 'queued', 'cancelled', 'human'),
  ('node', 'queued', 'cancelled', 'policy'),
  ('node', 'awaiting_user', 'cancelled', 'engine'),
  ('node', 'awaiting_user', 'cancelled', 'system'),
  ('node', 'awaiting_user', 'cancelled', 'human'),
  ('node', 'awaiting_user', 'cancelled', 'policy'),
  ('node', 'awaiting_validation', 'cancelled', 'engine'),
  ('node', 'awaiting_validation', 'cancelled', 'system'),
  ('node', 'awaiting_validation', 'cancelled', 'human'),
  ('node', 'awaiting_validation', 'cancelled', 'policy'),
  ('node', 'stalled', 'cancelled', 'engine'),
  ('node', 'stalled', 'cancelled', 'system'),
  ('node', 'stalled', 'cancelled', 'human'),
  ('node', 'stalled', 'cancelled', 'policy'),
  ('node', 'stalled', 'queued', 'human'),
  ('node', 'stalled', 'queued', 'policy'),
  ('node', 'stalled', 'awaiting_user', 'human'),
  ('node', 'stalled', 'awaiting_user', 'policy'),
  ('node', 'stalled', 'failed', 'human'),
  ('node', 'stalled', 'failed', 'policy'),
  ('node', 'stalled', 'completed', 'human'),
  ('node', 'awaiting_user', 'queued', 'human'),
  ('node', 'awaiting_user', 'completed', 'human'),
  ('node', 'awaiting_user', 'failed', 'human'),
  ('node', 'awaiting_user', 'completed', 'engine'),
  ('node', 'awaiting_user', 'failed', 'engine'),
  ('node', 'awaiting_validation', 'completed', 'human'),
  ('node', 'awaiting_validation', 'failed', 'human'),
  ('attempt', '-', 'running', 'engine'),
  ('attempt', 'running', 'completed', 'engine'),
  ('attempt', 'running', 'failed', 'engine'),
  ('attempt', 'running', 'failed', 'system'),
  ('attempt', 'running', 'cancelled', 'engine'),
  ('attempt', 'running', 'cancelled', 'system');

-- A row of history that moves here from other data has its transitions behind it, as its events tell. The
-- one transaction that brings a whole history into empty tables puts a row here, verifies all of it, and
-- takes the row away before it commits: nobody else ever sees one (sqlite-history.ts).
create table history_copy (
  only_row integer primary key check (only_row = 1)
) strict;

create trigger workflow_run_insert_legal before insert on workflow_run
when not exists (
  select 1 from legal_transition
  where entity = 'run' and from_status = '-' and to_status = new.status and actor_kind = new.actor_kind)
  and not exists (select 1 from history_copy)
begin
  select raise(abort, 'ILLEGAL_TRANSITION: run - > ' || new.status || ' by ' || new.actor_kind);
end;

create trigger workflow_run_update_legal before update of status on workflow_run
when not exists (
  select 1 from legal_transition
  where entity = 'run' and from_status = old.status and to_status = new.status and actor_kind = new.actor_kind)
begin
  select raise(abort, 'ILLEGAL_TRANSITION: run ' || old.status || ' > ' || new.status || ' by ' || new.actor_kind);
end;

create trigger workflow_run_inserted after insert on workflow_run
begin
  update run_count set runs = runs + 1 where status = new.status;
  update job set newest_run = new.id, state = new.status, status_reason = new.status_reason where id = new.job;
end;

create trigger workflow_run_status_changed after update of status on workflow_run
begin
  update run_count set runs = runs - 1 where status = old.status;
  update run_count set runs = runs + 1 where status = new.status;
  update job set state = new.status, status_reason = new.status_reason where id = new.job and newest_run = new.id;
end;

create trigger workflow_run_deleted after delete on workflow_run
begin
  update run_count set runs = runs - 1 where status = old.status;
end;

-- A change made from outside: the owner's next compare-and-set misses, so that it looks again.
create trigger workflow_run_changed_outside after update of status, closing on workflow_run
when new.revision = old.revision
begin
  update workflow_run set revision = revision + 1 where id = new.id;
end;

create trigger run_payload_immutable before update on run_payload
begin
  select raise(abort, 'IMMUTABLE: a run''s ' || old.slot || ' is recorded once');
end;

create trigger node_execution_insert_legal before insert on node_execution
when (not exists (
  select 1 from legal_transition
  where entity = 'node' and from_status = '-' and to_status = new.status and actor_kind = new.actor_kind)
  or new.attempt_number is not (new.status = 'running'))
  and not exists (select 1 from history_copy)
begin
  select raise(abort, 'ILLEGAL_TRANSITION: node - > ' || new.status || ', attempt ' || new.attempt_number || ', by ' || new.actor_kind);
end;

-- Entering running opens attempt n + 1, leaving it ends attempt n, nothing else touches attempts.
create trigger node_execution_update_legal before update of status, attempt_number, attempt_status on node_execution
when not exists (
  select 1 from legal_transition
  where entity = 'node' and from_status = old.status and to_status = new.status and actor_kind = new.actor_kind)
  or not case
    when new.status = 'running' then new.attempt_number = old.attempt_number + 1
    when old.status = 'running' then new.attempt_number = old.attempt_number and exists (
      select 1 from legal_transition
      where entity = 'attempt' and from_status = 'running' and to_status = new.attempt_status
        and actor_kind = new.actor_kind)
    else new.attempt_number = old.attempt_number and new.attempt_status is old.attempt_status end
begin
  select raise(abort, 'ILLEGAL_TRANSITION: node ' || old.status || ' > ' || new.status
    || ', attempt ' || old.attempt_number || ' ' || coalesce(old.attempt_status, '-')
    || ' > ' || new.attempt_number || ' ' || coalesce(new.attempt_status, '-') || ', by ' || new.actor_kind);
end;

create trigger node_execution_superseded before update of attempt_number on node_execution
when old.attempt_number > 0 and new.attempt_number <> old.attempt_number
begin
  insert into attempt (execution, number, status, error, metrics, started_at, finished_at)
  values (old.id, old.attempt_number, old.attempt_status, old.attempt_error, old.attempt_metrics,
    old.attempt_started_at, old.attempt_finished_at);
end;

create trigger node_execution_output_immutable
before update of output_sha256, output_bytes, output_text on node_execution
when old.output_sha256 is not null
begin
  select raise(abort, 'IMMUTABLE: a node''s output is recorded once');
end;

create trigger attempt_immutable before update on attempt
begin
  select raise(abort, 'IMMUTABLE: a superseded attempt does not change');
end;

create trigger sub_step_immutable before update on sub_step
when old.status = 'recorded'
begin
  select raise(abort, 'IMMUTABLE: a sub-step is recorded once');
end;

create trigger run_event_no_update before update on run_event
begin
  select raise(abort, 'APPEND_ONLY: history is never changed');
end;

create trigger run_event_no_delete before delete on run_event
begin
  select raise(abort, 'APPEND_ONLY: history is never deleted');
end;

create trigger workflow_definition_immutable before update on workflow_definition
begin
  select raise(abort, 'IMMUTABLE: a definition is pinned by its hash');
end;
