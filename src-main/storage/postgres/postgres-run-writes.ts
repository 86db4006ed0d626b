import { inlineText } from "../payload-limits.ts";
import { multiRow, type Column } from "./postgres-multi-row.ts";
import { storedText } from "./postgres-values.ts";
import type { NewRun, RunPayload, RunUpdate, Writes } from "./postgres-writes.ts";

/** Jobs that begin with a run; the run they name follows in the same transaction. */
export const insertJobs = multiRow<NewRun>(
  "insert_jobs",
  [
    ["job_id", "uuid", ({ change }) => change.jobId],
    ["trace_id", "uuid", ({ change }) => change.traceId],
    ["job_kind", "text", ({ change }) => change.jobKind],
    ["newest_run", "uuid", (row) => row.runId],
    ["status_reason", "text", ({ change }) => change.trigger.kind],
    ["created_at", "timestamptz", (row) => row.at],
  ],
  (source) => `
    insert into job (job_id, trace_id, job_kind, newest_run, state, status_reason, created_at)
    select job_id, trace_id, job_kind, newest_run, 'queued', status_reason, created_at from ${source}`,
);

export const insertRuns = multiRow<NewRun>(
  "insert_runs",
  [
    ["run_id", "uuid", (row) => row.runId],
    ["job_id", "uuid", ({ change }) => change.jobId],
    ["definition", "int4", (row) => row.definition, "alike"],
    ["last_seq", "int8", (row) => row.lastSeq, "alike"],
    ["nodes_total", "int4", ({ change }) => change.nodesTotal, "alike"],
    ["nodes_done", "int4", (row) => row.nodesDone, "alike"],
    ["status_reason", "text", ({ change }) => change.trigger.kind, "alike"],
    ["actor_kind", "text", (row) => row.actorKind, "alike"],
    ["actor_id", "text", (row) => row.actorId, "alike"],
    ["actor_via", "text", (row) => row.actorVia, "alike"],
    ["created_at", "timestamptz", (row) => row.at],
    ["workflow_id", "text", ({ change }) => change.workflowId, "alike"],
    ["workflow_name", "text", ({ change }) => storedText(change.workflowName), "alike"],
    ["key_scope", "uuid", ({ change }) => change.keyScope],
    ["trigger", "json", ({ change }) => JSON.stringify(change.trigger)],
    ["parent_run_id", "uuid", ({ change }) => change.parentRunId],
    ["forked_from_run_id", "uuid", ({ change }) => change.forkedFromRunId],
    ["grants", "json", ({ change }) => JSON.stringify(change.grants), "alike"],
    ["access_mode", "text", ({ change }) => change.accessMode, "alike"],
    ["on_interrupted", "text", ({ change }) => change.onInterrupted, "alike"],
  ],
  (source) => `
    insert into workflow_run (run_id, job_id, definition, revision, last_seq, nodes_total, nodes_done, status,
      status_reason, actor_kind, actor_id, actor_via, created_at, workflow_id, workflow_name, key_scope, trigger,
      parent_run_id, forked_from_run_id, grants, access_mode, on_interrupted)
    select run_id, job_id, definition, 1, last_seq, nodes_total, nodes_done, 'queued',
      status_reason, actor_kind, actor_id, actor_via, created_at, workflow_id, workflow_name, key_scope, trigger,
      parent_run_id, forked_from_run_id, grants, access_mode, on_interrupted
    from ${source} order by position`,
);

export const insertRunPayloads = multiRow<RunPayload>(
  "insert_run_payloads",
  [
    ["run_id", "uuid", (row) => row.runId],
    ["slot", "text", (row) => row.slot],
    ["sha256", "text", ({ payload }) => payload.sha256],
    ["bytes", "int8", ({ payload }) => payload.bytes],
    ["text", "text", ({ payload }) => inlineText(payload)],
  ],
  (source) => `
    insert into run_payload (run_id, slot, sha256, bytes, text)
    select run_id, slot, sha256, bytes, text from ${source}`,
);

export const setJobMetrics = multiRow<Writes["jobMetrics"][number]>(
  "set_job_metrics",
  [
    ["run_id", "uuid", (row) => row.runId],
    ["metrics", "json", (row) => row.metrics],
  ],
  (source) => `
    update job j set metrics = v.metrics
    from ${source} join workflow_run r on r.run_id = v.run_id
    where j.job_id = r.job_id and j.newest_run = v.run_id`,
);

/** Milliseconds from `running_since` to a given time; 0 when the clock was set back between them. */
export function stretchSql(until: string): string {
  return `greatest(0, round(extract(epoch from (${until} - r.running_since)) * 1000)::bigint)`;
}

/** Where a run was, which the writer knew, and where it comes to; the revision rises by itself where none is given. */
const position: readonly Column<RunUpdate>[] = [
  ["run_id", "uuid", (row) => row.runId],
  ["from_revision", "int8", ({ expect }) => expect?.revision ?? null],
  ["from_last_seq", "int8", ({ expect }) => expect?.lastSeq ?? null],
  ["nodes_done", "int4", (row) => row.nodesDone, "alike"],
  ["progressed", "bool", (row) => row.progressed, "alike"],
  ["revision", "int8", (row) => row.revision],
  ["last_seq", "int8", (row) => row.lastSeq],
];

const advance = `nodes_done = r.nodes_done + v.nodes_done,
  revision = coalesce(v.revision, r.revision + 1),
  last_seq = coalesce(v.last_seq, r.last_seq)`;

const isExpected = `r.run_id = v.run_id and r.revision = coalesce(v.from_revision, r.revision)
  and r.last_seq = coalesce(v.from_last_seq, r.last_seq)`;

const otherwise = "CONFLICT: runs changed meanwhile";

/** Moves runs on whose steps alone changed. */
export const advanceRuns = multiRow<RunUpdate>(
  "advance_runs",
  position,
  (source) => `
    update workflow_run r set ${advance}, crash_count = case when v.progressed then 0 else r.crash_count end
    from ${source}
    where ${isExpected}`,
  otherwise,
);

/** Changes runs: their status, closing, pins and tags where given, and where the batch brought them. */
export const updateRuns = multiRow<RunUpdate>(
  "update_runs",
  [
    ...position,
    ["from_status", "text", ({ status }) => status?.from ?? null, "alike"],
    ["to_status", "text", ({ status }) => status?.to ?? null, "alike"],
    ["at", "timestamptz", ({ status }) => status?.at ?? null],
    [
      "reason",
      "text",
      ({ status }) => (status === null ? null : storedText(status.reason)),
      "alike",
    ],
    ["actor_kind", "text", ({ status }) => status?.actorKind ?? null, "alike"],
    ["actor_id", "text", ({ status }) => status?.actorId ?? null, "alike"],
    ["actor_via", "text", ({ status }) => status?.actorVia ?? null, "alike"],
    ["error", "json", ({ status }) => status?.error ?? null],
    ["wake_at", "timestamptz", ({ status }) => status?.wakeAt ?? null],
    ["owner_epoch", "int8", ({ status }) => status?.ownerEpoch ?? null, "alike"],
    ["closing", "json", (row) => row.closing],
    ["pinned", "bool", (row) => row.pinned],
    ["tags", "json", (row) => row.tags],
  ],
  (source) =>
    `update workflow_run r set
        status = coalesce(v.to_status, r.status),
        status_reason = case when v.to_status is null then r.status_reason else v.reason end,
        actor_kind = coalesce(v.actor_kind, r.actor_kind),
        actor_id = case when v.to_status is null then r.actor_id else v.actor_id end,
        actor_via = case when v.to_status is null then r.actor_via else v.actor_via end,
        error = case when v.to_status is null then r.error else v.error end,
        wake_at = case when v.to_status is null then r.wake_at else v.wake_at end,
        owner_epoch = case when v.to_status is null then r.owner_epoch else v.owner_epoch end,
        heartbeat_at = case v.to_status when 'running' then v.at else r.heartbeat_at end,
        started_at = case v.to_status when 'running' then coalesce(r.started_at, v.at) else r.started_at end,
        running_ms = r.running_ms + case when v.from_status = 'running' then ${stretchSql("v.at")} else 0 end,
        running_since = case when v.to_status is null then r.running_since when v.to_status = 'running' then v.at end,
        finished_at = case
          when v.to_status is null then r.finished_at
          when v.to_status in ('completed', 'completed_with_issues', 'failed', 'cancelled') then v.at end,
        crash_count = case
          when v.progressed or (v.from_status = 'poisoned' and v.to_status = 'queued') then 0
          else r.crash_count end,
        closing = coalesce(v.closing, r.closing),
        pinned = coalesce(v.pinned, r.pinned),
        tags = coalesce(v.tags, r.tags),
        ${advance}
      from ${source}
      where ${isExpected} and r.status = coalesce(v.from_status, r.status)`,
  otherwise,
);
