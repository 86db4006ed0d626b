-- Everything a run is: definitions, jobs, runs, node executions, attempts, sub-steps, payloads, history.
--
-- Keys are the UUIDs that the outside knows; a node execution is (run, sequence). Times are of the
-- domain, to the millisecond; only leases use the clock of the database. JSON is `json` and not `jsonb`:
-- the text is kept as it came (checksums), and jsonb refuses \u0000. Rows that every step changes leave
-- room on their page, and no index holds what a step changes: such an update touches no index.

create table storage_identity (
  id uuid not null default gen_random_uuid(),
  only_row boolean primary key default true check (only_row),
  created_at timestamptz not null default clock_timestamp()
);
insert into storage_identity default values;

-- fenced_at: another engine found its lease expired and took its right to write.
create table engine_instance (
  epoch bigint generated always as identity primary key,
  instance_id uuid not null unique,
  kind text not null,
  pid integer not null,
  process_started_at text not null,
  boot_id text not null,
  machine_id text not null,
  app_version text not null,
  started_at timestamptz(3) not null,
  last_beat_at timestamptz(3) not null,
  clean_at timestamptz(3),
  fenced_at timestamptz,
  fenced_by bigint
);
create index engine_instance_standing on engine_instance (epoch) where clean_at is null and fenced_at is null;

-- Apart from engine_instance, so that renewing it never waits for a batch that holds the instance's row.
-- takes_from: an engine whose own lease ran out was cut off, and with it maybe all the others; from this
-- time on, when they had theirs to come back, it may take over from them.
create table engine_lease (
  epoch bigint primary key references engine_instance (epoch),
  expires_at timestamptz not null,
  takes_from timestamptz not null default '-infinity'
) with (fillfactor = 50);

-- While the server was down nobody could renew: a lease ends a full term after its start at the earliest.
create function server_started_at() returns timestamptz language sql stable as $$
  select pg_postmaster_start_time()
$$;

-- How much of each concurrency limit an engine has reserved.
create table limit_share (
  epoch bigint not null references engine_instance (epoch),
  name text not null,
  amount integer not null check (amount >= 0),
  primary key (epoch, name)
);

create table workflow_definition (
  id integer generated always as identity primary key,
  hash text not null unique check (length(hash) = 64),
  source text not null,
  resolved json not null,
  node_type_versions json not null,
  created_at timestamptz(3) not null
);

-- state, status_reason and newest_run follow the newest run by trigger, in the run's own statement.
create table job (
  job_id uuid primary key,
  trace_id uuid not null,
  job_kind text not null check (job_kind <> ''),
  newest_run uuid,
  state text not null check (state in (
    'queued', 'running', 'stalled', 'awaiting_user', 'awaiting_validation',
    'completed', 'completed_with_issues', 'failed', 'cancelled', 'poisoned'
  )),
  status_reason text not null default '',
  metrics json not null default
    '{"durationMs":0,"totalTokens":0,"inputTokens":0,"outputTokens":0,"costUsd":0}',
  created_at timestamptz(3) not null
) with (fillfactor = 70);

-- ordinal: the order of creation, by which runs are listed.
create table workflow_run (
  run_id uuid primary key,
  ordinal bigint generated always as identity unique,
  job_id uuid not null references job (job_id),
  definition integer not null references workflow_definition (id),
  revision bigint not null,
  last_seq bigint not null,
  nodes_total integer not null,
  nodes_done integer not null default 0,
  crash_count integer not null default 0,
  status text not null,
  status_reason text not null,
  actor_kind text not null,
  actor_id text,
  actor_via text,
  owner_epoch bigint references engine_instance (epoch),
  heartbeat_at timestamptz(3),
  wake_at timestamptz(3),
  running_since timestamptz(3),
  running_ms bigint not null default 0,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  error json,
  closing json,
  workflow_id text not null,
  workflow_name text not null,
  key_scope uuid not null,
  trigger json not null,
  -- Of the trigger; not generated columns, which every update would make again.
  request_key text,
  machine_id text,
  parent_run_id uuid,
  forked_from_run_id uuid,
  grants json not null,
  access_mode text not null,
  on_interrupted text not null,
  pinned boolean not null default false,
  tags json not null default '[]',
  -- Which engine was offered the run last, and how long others are not: by the clock of the database.
  offered_to bigint,
  offered_until timestamptz,
  constraint workflow_run_nodes_done check (nodes_done >= 0)
) with (fillfactor = 60);

alter table job add constraint job_newest_run foreign key (newest_run)
  references workflow_run (run_id) deferrable initially deferred;

create unique index workflow_run_unfinished on workflow_run (job_id)
  where status not in ('completed', 'completed_with_issues', 'failed', 'cancelled');
create unique index workflow_run_request_key on workflow_run (request_key) where request_key is not null;
create index workflow_run_job on workflow_run (job_id, ordinal);
create index workflow_run_by_status on workflow_run (status, ordinal);
create index workflow_run_by_workflow on workflow_run (workflow_id, ordinal);
create index workflow_run_running on workflow_run (owner_epoch) where status = 'running';
create index workflow_run_queued on workflow_run (wake_at, ordinal) where status = 'queued';
create index workflow_run_waiting on workflow_run (wake_at, ordinal)
  where status in ('awaiting_user', 'awaiting_validation') and wake_at is not null;

-- A payload of more than 1 MB is in payload_chunk, by its SHA-256: then text is null and sha256 is not.
create table run_payload (
  run_id uuid not null references workflow_run (run_id),
  slot text not null check (slot in ('input', 'output')),
  sha256 text not null check (length(sha256) = 64),
  bytes bigint not null check (bytes >= 0),
  text text,
  primary key (run_id, slot)
);

create table payload_chunk (
  sha256 text not null check (length(sha256) = 64),
  part integer not null check (part >= 0),
  data bytea not null,
  primary key (sha256, part)
);

-- The current attempt is part of the row, so that there is never more than one open attempt; the ones
-- before it are in attempt. No index on the status: it would make every step touch every index.
create table node_execution (
  run_id uuid not null references workflow_run (run_id),
  sequence integer not null,
  node_path text not null,
  iteration_path text not null,
  node_type text not null,
  replay text not null,
  generation integer not null default 0,
  status text not null,
  status_reason text not null default '',
  actor_kind text not null,
  actor_id text,
  actor_via text,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  not_before timestamptz(3),
  attempt_number integer not null default 0,
  attempt_status text,
  attempt_started_at timestamptz(3),
  attempt_finished_at timestamptz(3),
  attempt_error json,
  attempt_metrics json,
  error json,
  taken_edges json,
  question json,
  input_sha256 text,
  input_bytes bigint,
  output_sha256 text,
  output_bytes bigint,
  answer_sha256 text,
  answer_bytes bigint,
  input_text text,
  output_text text,
  answer_text text,
  primary key (run_id, sequence),
  -- Not with the run first: without statistics it would look as good as the key for finding a row.
  constraint node_execution_path unique (iteration_path, run_id, node_path)
) with (fillfactor = 70);

-- Superseded attempts; written by trigger when the next one is claimed.
create table attempt (
  run_id uuid not null,
  sequence integer not null,
  number integer not null check (number > 0),
  status text not null check (status in ('completed', 'failed', 'cancelled')),
  error json,
  metrics json,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3) not null,
  primary key (run_id, sequence, number),
  foreign key (run_id, sequence) references node_execution (run_id, sequence)
);

create view node_attempt (run_id, sequence, number, status, error, metrics, started_at, finished_at) as
  select run_id, sequence, number, status, error, metrics, started_at, finished_at from attempt
  union all
  select run_id, sequence, attempt_number, attempt_status, attempt_error, attempt_metrics, attempt_started_at,
    attempt_finished_at
  from node_execution where attempt_number > 0;

create table sub_step (
  run_id uuid not null,
  sequence integer not null,
  name text not null check (name <> ''),
  n integer not null check (n > 0),
  ordinal bigint generated always as identity,
  attempt integer not null check (attempt > 0),
  status text not null,
  recorded_at timestamptz(3) not null,
  output_sha256 text,
  output_bytes bigint,
  output_text text,
  primary key (run_id, sequence, name, n),
  foreign key (run_id, sequence) references node_execution (run_id, sequence),
  check (case status
    when 'intended' then output_sha256 is null
    when 'recorded' then output_sha256 is not null and output_bytes is not null
    else false end)
);

-- Append-only. checksum: CRC-32 of every column, so that a flipped bit is seen.
create table run_event (
  run_id uuid not null,
  seq bigint not null,
  at timestamptz(3) not null,
  type text not null,
  actor_kind text not null,
  actor_id text,
  actor_via text,
  epoch bigint,
  group_id text not null,
  data json not null,
  checksum bigint not null,
  primary key (run_id, seq)
);

-- Outside history: losing the tail of a log is allowed.
create table node_log (
  number bigint generated always as identity primary key,
  run_id uuid not null,
  sequence integer not null,
  attempt integer not null,
  at timestamptz(3) not null,
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  text text not null,
  foreign key (run_id, sequence) references node_execution (run_id, sequence)
);
create index node_log_by_run on node_log (run_id, number);

-- Process groups that outlive the app when it is killed; removed when they ended.
create table child_process (
  run_id uuid not null,
  sequence integer not null,
  pid integer not null,
  start_time text not null,
  primary key (run_id, sequence),
  foreign key (run_id, sequence) references node_execution (run_id, sequence)
);

-- Kept by triggers: counting runs by state reads these rows, not a million. A row a connection, or a few:
-- with one row for all, engines would wait for each other's commits. Their sum is the count.
create table run_count (
  shard integer not null,
  status text not null,
  runs bigint not null,
  primary key (shard, status)
) with (fillfactor = 20);

create function count_run(state text, by integer) returns void language sql as $$
  insert into run_count as c (shard, status, runs) values (pg_backend_pid() % 64, state, by)
  on conflict (shard, status) do update set runs = c.runs + excluded.runs
$$;

-- Called by a statement that did not find every row that it was to change: undoes the whole transaction.
create function missing_rows(changed bigint, expected bigint, otherwise text) returns bigint
language plpgsql as $$
begin
  raise exception '%: % of % rows', otherwise, changed, expected using errcode = case when otherwise like 'CONFLICT%' then 'HSROW' else 'HSREF' end;
end
$$;

-- app/engine/transitions.ts as words ('-' = did not exist), a line each; a test proves that both are the same. One
-- text, with what every step does at its beginning: a table is read, and an array is hashed anew, for each transaction.
create function is_legal_transition(entity text, from_status text, to_status text, actor text) returns boolean
language sql immutable as $$
  select 0 < strpos('
node - > running engine
node running > completed engine
attempt running > completed engine
run - > queued human
run queued > running engine
run running > completed engine
run - > queued policy
run - > queued engine
run queued > cancelled human
run queued > cancelled policy
run queued > cancelled engine
run queued > failed human
run queued > failed policy
run queued > failed engine
run awaiting_user > cancelled human
run awaiting_user > cancelled policy
run awaiting_user > cancelled engine
run awaiting_user > failed human
run awaiting_user > failed policy
run awaiting_user > failed engine
run awaiting_validation > cancelled human
run awaiting_validation > cancelled policy
run awaiting_validation > cancelled engine
run awaiting_validation > failed human
run awaiting_validation > failed policy
run awaiting_validation > failed engine
run running > queued engine
run running > awaiting_user engine
run running > awaiting_validation engine
run awaiting_user > queued human
run awaiting_user > queued engine
run awaiting_validation > queued human
run awaiting_validation > queued engine
run running > completed_with_issues engine
run running > failed engine
run running > cancelled engine
run running > failed system
run running > cancelled system
run running > stalled system
run stalled > poisoned system
run stalled > queued human
run stalled > queued policy
run stalled > failed human
run stalled > failed policy
run stalled > cancelled human
run stalled > cancelled policy
run poisoned > queued human
run poisoned > failed human
run poisoned > cancelled human
node - > queued engine
node - > failed engine
node - > completed engine
node queued > failed engine
node queued > running engine
node queued > awaiting_user engine
node queued > completed engine
node running > queued engine
node running > awaiting_user engine
node running > awaiting_validation engine
node running > completed_with_issues engine
node running > failed engine
node running > stalled system
node running > cancelled engine
node running > cancelled system
node queued > cancelled engine
node queued > cancelled system
node queued > cancelled human
node queued > cancelled policy
node awaiting_user > cancelled engine
node awaiting_user > cancelled system
node awaiting_user > cancelled human
node awaiting_user > cancelled policy
node awaiting_validation > cancelled engine
node awaiting_validation > cancelled system
node awaiting_validation > cancelled human
node awaiting_validation > cancelled policy
node stalled > cancelled engine
node stalled > cancelled system
node stalled > cancelled human
node stalled > cancelled policy
node stalled > queued human
node stalled > queued policy
node stalled > awaiting_user human
node stalled > awaiting_user policy
node stalled > failed human
node stalled > failed policy
node stalled > completed human
node awaiting_user > queued human
node awaiting_user > completed human
node awaiting_user > failed human
node awaiting_user > completed engine
node awaiting_user > failed engine
node awaiting_validation > completed human
node awaiting_validation > failed human
attempt - > running engine
attempt running > failed engine
attempt running > failed system
attempt running > cancelled engine
attempt running > cancelled system
', e'\n' || entity || ' ' || from_status || ' > ' || to_status || ' ' || actor || e'\n')
$$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%', tg_argv[0] using errcode = 'HSIMM';
end
$$;

-- A row of history that moves here from other data has its transitions behind it, as its events tell. The
-- one transaction that brings a whole history into empty tables says `set local handshake.copying = 'on'`;
-- it verifies all of it before it commits, and the setting ends with it (postgres-history.ts).
create function is_copying() returns boolean language sql stable as $$
  select current_setting('handshake.copying', true) is not distinct from 'on'
$$;

-- The rules of rows that every step writes are in their triggers. PostgreSQL parses a table's checks and the conditions
-- of its triggers anew for each statement, which takes longer than the statement; a function is parsed once a
-- connection. The triggers of a run name their columns, so that a step that only moves a run on calls none.
create function workflow_run_rules() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if is_legal_transition('run', '-', new.status, new.actor_kind) is not true and not is_copying() then
      raise exception 'ILLEGAL_TRANSITION: - > % by %', new.status, new.actor_kind using errcode = 'HSILL';
    end if;
    new.request_key := new.trigger ->> 'requestKey';
    new.machine_id := new.trigger ->> 'machineId';
  else
    if old.status <> new.status
      and is_legal_transition('run', old.status, new.status, new.actor_kind) is not true then
      raise exception 'ILLEGAL_TRANSITION: % > % by %', old.status, new.status, new.actor_kind using errcode = 'HSILL';
    end if;
    -- A change made from outside raises it: the owner's next compare-and-set misses, so that it looks again.
    if new.revision = old.revision
      and (old.status <> new.status or old.closing::text is distinct from new.closing::text) then
      new.revision := old.revision + 1;
    end if;
  end if;
  if not (case when new.status in ('completed', 'completed_with_issues', 'failed', 'cancelled', 'poisoned')
    then new.finished_at is not null and (new.status <> 'completed' or new.error is null)
    else new.finished_at is null
      and new.status in ('queued', 'running', 'stalled', 'awaiting_user', 'awaiting_validation') end) then
    raise check_violation using message = 'workflow_run_status: status, finished_at and error do not go together';
  end if;
  if new.owner_epoch is not null and new.status <> 'running' then
    raise check_violation using message = 'workflow_run_owner: only a running run has an owner';
  end if;
  if (new.running_since is not null) <> (new.status = 'running') then
    raise check_violation using message = 'workflow_run_stretch: running_since is set exactly while a run is running';
  end if;
  if not (0 <= least(new.last_seq - 1, new.nodes_total, new.nodes_done, new.crash_count, new.running_ms)
    and right(new.run_id::text, 8) = '00000000'
    -- Its text is looked at as it is: ->> refuses the whole of it where an error holds \u0000 or half a character. A
    -- quote inside a string has a backslash before it, so that this is a member.
    and (new.closing is null or new.closing::text ~ '[{,]"to":"(failed|cancelled)"[,}]')
    and new.access_mode in ('analysis_only', 'preview_only', 'apply_scoped')
    and new.on_interrupted in ('ask', 'resume-safe', 'fail')) then
    raise check_violation using message = 'workflow_run_sound: a count, the id, closing, access_mode or on_interrupted is none';
  end if;
  return new;
end
$$;
create trigger workflow_run_created before insert on workflow_run for each row
execute function workflow_run_rules();
create trigger workflow_run_changes
before update of status, closing, finished_at, error, owner_epoch, running_since, running_ms, nodes_total, access_mode,
  on_interrupted on workflow_run
for each row
execute function workflow_run_rules();

create trigger workflow_run_identity
before update of run_id, job_id, definition, created_at, workflow_id, workflow_name, key_scope, trigger, request_key,
  machine_id, grants on workflow_run
for each row
execute function refuse_change('IMMUTABLE: what a run was created with does not change');

create function workflow_run_inserted() returns trigger language plpgsql as $$
begin
  perform count_run(new.status, 1);
  update job set newest_run = new.run_id, state = new.status, status_reason = new.status_reason
  where job_id = new.job_id and (newest_run, state, status_reason) is distinct from (new.run_id, new.status, new.status_reason);
  return null;
end
$$;
-- Not while a history is copied: a hundred thousand changes of one row in one transaction take hours.
create trigger workflow_run_inserted after insert on workflow_run for each row
when (not is_copying())
execute function workflow_run_inserted();

create function workflow_run_status_changed() returns trigger language plpgsql as $$
begin
  if old.status is not distinct from new.status then
    return null;
  end if;
  perform count_run(old.status, -1);
  perform count_run(new.status, 1);
  update job set state = new.status, status_reason = new.status_reason
  where job_id = new.job_id and newest_run = new.run_id;
  return null;
end
$$;
create trigger workflow_run_status_changed after update of status on workflow_run for each row
execute function workflow_run_status_changed();

create function workflow_run_deleted() returns trigger language plpgsql as $$
begin
  if exists (select from run_event where run_id = old.run_id) then
    raise foreign_key_violation using message = 'run_event: a run that has a history stays';
  end if;
  perform count_run(old.status, -1);
  return null;
end
$$;
create trigger workflow_run_deleted after delete on workflow_run for each row
execute function workflow_run_deleted();

create trigger run_payload_immutable before update on run_payload for each row
execute function refuse_change('IMMUTABLE: a run''s input and output are recorded once');

create trigger payload_chunk_immutable before update on payload_chunk for each row
execute function refuse_change('IMMUTABLE: a payload is named by its hash');

-- Entering running opens attempt n + 1, leaving it ends attempt n, nothing else touches attempts. The one
-- before is kept when the next one is claimed.
create function node_execution_rules() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if (is_legal_transition('node', '-', new.status, new.actor_kind) is not true
      or new.attempt_number <> (case new.status when 'running' then 1 else 0 end)) and not is_copying() then
      raise exception 'ILLEGAL_TRANSITION: - > % by %', new.status, new.actor_kind using errcode = 'HSILL';
    end if;
  else
    if (old.status <> new.status or old.attempt_number <> new.attempt_number
        or old.attempt_status is distinct from new.attempt_status)
      and not (is_legal_transition('node', old.status, new.status, new.actor_kind) is true
      and case
        when new.status = 'running' then new.attempt_number = old.attempt_number + 1
        when old.status = 'running' then new.attempt_number = old.attempt_number
          and coalesce(is_legal_transition('attempt', 'running', new.attempt_status, new.actor_kind), false)
        else new.attempt_number = old.attempt_number and new.attempt_status is not distinct from old.attempt_status end) then
      raise exception 'ILLEGAL_TRANSITION: % > % by %', old.status, new.status, new.actor_kind using errcode = 'HSILL';
    end if;
    if old.output_sha256 is not null and (old.output_sha256, old.output_bytes, old.output_text)
      is distinct from (new.output_sha256, new.output_bytes, new.output_text) then
      raise exception 'IMMUTABLE: a node''s output is recorded once' using errcode = 'HSIMM';
    end if;
    if old.attempt_number > 0 and new.attempt_number <> old.attempt_number then
      insert into attempt (run_id, sequence, number, status, error, metrics, started_at, finished_at)
      values (old.run_id, old.sequence, old.attempt_number, old.attempt_status, old.attempt_error, old.attempt_metrics,
        old.attempt_started_at, old.attempt_finished_at);
    end if;
  end if;
  if not (case when new.status in ('completed', 'completed_with_issues', 'failed', 'cancelled')
    then new.finished_at is not null and (new.status <> 'completed' or new.error is null)
    else new.finished_at is null
      and new.status in ('queued', 'running', 'stalled', 'awaiting_user', 'awaiting_validation') end) then
    raise check_violation using message = 'node_execution_status: status, finished_at and error do not go together';
  end if;
  if not (case when new.attempt_number = 0 then new.attempt_status is null and new.status <> 'running'
    when new.attempt_status = 'running' then new.attempt_finished_at is null and new.status = 'running'
    else coalesce(new.attempt_status in ('completed', 'failed', 'cancelled'), false)
      and new.attempt_finished_at is not null and new.status <> 'running' and new.attempt_number > 0 end) then
    raise check_violation using message = 'node_execution_attempt: number, status and end of the attempt do not go together';
  end if;
  if not (new.sequence > 0 and new.replay in ('pure', 'idempotent', 'external')
    and (new.input_sha256 is null) = (new.input_bytes is null)
    and (new.output_sha256 is null) = (new.output_bytes is null)
    and (new.answer_sha256 is null) = (new.answer_bytes is null)) then
    raise check_violation using message = 'node_execution_sound: sequence, replay or the length of a payload is none';
  end if;
  return new;
end
$$;
create trigger node_execution_rules before insert or update on node_execution for each row
execute function node_execution_rules();

create trigger attempt_immutable before update on attempt for each row
execute function refuse_change('IMMUTABLE: a superseded attempt does not change');

create trigger sub_step_immutable before update on sub_step for each row
when (old.status = 'recorded')
execute function refuse_change('IMMUTABLE: a sub-step is recorded once');

-- For all events of a statement at once: a foreign key asks for each of them. A run that has events cannot go.
create function run_event_rules() returns trigger language plpgsql as $$
begin
  if exists (select from added a left join workflow_run r on r.run_id = a.run_id
    where r.run_id is null or a.seq < 1 or a.type <> all (array[
      'node.status', 'run.created', 'run.status', 'run.closing', 'workflow_recovery', 'run.resumed', 'node.skipped',
      'step.intended', 'step.recorded', 'capability.checked', 'confirmation.given', 'run.annotated'])) then
    raise check_violation using message = 'run_event_sound: a number or a type is none, or an event is of no run';
  end if;
  return null;
end
$$;
create trigger run_event_rules after insert on run_event referencing new table as added for each statement
execute function run_event_rules();

create trigger run_event_no_change before update or delete on run_event for each row
execute function refuse_change('APPEND_ONLY: history is never changed or deleted');
create trigger run_event_no_truncate before truncate on run_event for each statement
execute function refuse_change('APPEND_ONLY: history is never deleted');

create trigger workflow_definition_immutable before update on workflow_definition for each row
execute function refuse_change('IMMUTABLE: a definition is pinned by its hash');
