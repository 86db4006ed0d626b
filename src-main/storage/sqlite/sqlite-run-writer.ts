import type Database from "better-sqlite3";
import { isTerminal, type JobState } from "../../../app/model/job.ts";
import type { Actor } from "../../../app/model/actor.ts";
import type { Payload } from "../../../app/model/json.ts";
import type {
  AnnotateRun,
  ChangeRunStatus,
  CloseRun,
  CreateRun,
  Group,
  ResumeRun,
} from "../../../app/storage/change.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import type { GroupContext } from "./sqlite-event-writer.ts";
import { GroupRejection, conflict, refuse } from "../group-rejection.ts";
import { inlineText } from "../payload-limits.ts";
import { checkOwner, checkRunTransition } from "../transition-check.ts";

/** Milliseconds from `running_since` to a given time; 0 when the clock was set back between them. */
export function stretchSql(until: string): string {
  return `max(0, cast(round((unixepoch(${until}, 'subsec') - unixepoch(running_since, 'subsec')) * 1000) as integer))`;
}

/** Writes the run's own row, its job and its payloads. */
export function createRunWriter(db: Database.Database) {
  const findDefinition = db
    .prepare<[string], number>("select id from workflow_definition where hash = ?")
    .pluck();
  const findJob = db.prepare<[string], { id: number; trace_id: string }>(
    "select id, trace_id from job where job_id = ?",
  );
  const insertJob = db.prepare(
    "insert into job (job_id, trace_id, job_kind, state, created_at) values (?, ?, ?, 'queued', ?)",
  );
  const insertRun = db.prepare(
    `insert into workflow_run (run_id, job, definition, revision, last_seq, nodes_total, nodes_done, status,
       status_reason, actor_kind, actor_id, actor_via, created_at, workflow_id, workflow_name, key_scope, trigger,
       parent_run_id, forked_from_run_id, grants, access_mode, on_interrupted)
     values (?, ?, ?, 1, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPayload = db.prepare(
    "insert into run_payload (id, sha256, bytes, text) values (?, ?, ?, ?)",
  );
  const setMetrics = db.prepare(
    "update job set metrics = ? where id = (select job from workflow_run where id = ?) and newest_run = ?",
  );
  const close = db.prepare(
    `update workflow_run set closing = ?, revision = revision + 1
     where id = ? and closing is null and (finished_at is null or status = 'poisoned')`,
  );
  const annotate = db.prepare(
    "update workflow_run set pinned = coalesce(?, pinned), tags = coalesce(?, tags) where id = ?",
  );
  const statusStatements = new Map<string, Database.Statement>();

  /** Returns the new run's key; its `last_seq` covers the whole group. */
  function createRun(change: CreateRun, group: Group, nodesDone: number): number {
    const { runId, at } = group;
    checkRunTransition(runId, { from: null, to: "queued", actor: change.actor });
    const definition = findDefinition.get(change.definitionHash);
    if (definition === undefined) {
      throw new GroupRejection(
        "NOT_FOUND",
        `Run ${runId} names the definition ${change.definitionHash}, which is not stored. Store it first.`,
      );
    }
    const run = Number(
      insertRun.run(
        runId,
        jobKey(change, at),
        definition,
        group.changes.length,
        change.nodesTotal,
        nodesDone,
        change.trigger.kind,
        change.actor.kind,
        change.actor.id ?? null,
        change.actor.via ?? null,
        at,
        change.workflowId,
        change.workflowName,
        change.keyScope,
        JSON.stringify(change.trigger),
        change.parentRunId,
        change.forkedFromRunId,
        JSON.stringify(change.grants),
        change.accessMode,
        change.onInterrupted,
      ).lastInsertRowid,
    );
    putPayload(run * 2, change.input);
    return run;
  }

  function jobKey(change: CreateRun, at: string): number | bigint {
    if (!change.existingJob)
      return insertJob.run(change.jobId, change.traceId, change.jobKind, at).lastInsertRowid;
    const job = findJob.get(change.jobId);
    if (job === undefined)
      throw new GroupRejection("NOT_FOUND", `There is no job ${change.jobId} to add a run to.`);
    if (job.trace_id !== change.traceId)
      throw refuse(`Job ${change.jobId}`, "its trace id is another one");
    return job.id;
  }

  function changeRunStatus(
    change: ChangeRunStatus,
    context: GroupContext,
    fence: Fence | null,
  ): void {
    const { from, to, actor, owner } = change;
    checkOwner(change, context.runId, fence);
    const statement = statusStatement(from, to, actor, context.runId);
    const values: (string | number | null)[] = [
      change.reason,
      actor.id ?? null,
      actor.via ?? null,
      change.error === undefined ? null : JSON.stringify(change.error),
      change.wakeAt ?? null,
    ];
    if (owner !== undefined) values.push(owner.epoch, context.at, context.at, context.at);
    if (from === "running") values.push(context.at);
    if (isTerminal(to)) values.push(context.at);
    if (statement.run(values, context.run).changes !== 1) throw conflict(`Run ${context.runId}`);
    if (change.output !== undefined) putPayload(context.run * 2 + 1, change.output);
    if (change.metrics !== undefined)
      setMetrics.run(JSON.stringify(change.metrics), context.run, context.run);
  }

  function resumeRun(change: ResumeRun, context: GroupContext): void {
    const { from, actor } = change;
    const statement = statusStatement(from, "queued", actor, context.runId);
    const values = ["resumed", actor.id ?? null, actor.via ?? null, null, null];
    if (statement.run(values, context.run).changes !== 1) throw conflict(`Run ${context.runId}`);
  }

  function statusStatement(
    from: JobState,
    to: JobState,
    actor: Actor,
    runId: string,
  ): Database.Statement {
    const key = `${from}>${to}:${actor.kind}`;
    let statement = statusStatements.get(key);
    if (statement !== undefined) return statement;
    checkRunTransition(runId, { from, to, actor });
    statement = db.prepare(statusSql(from, to, actor));
    statusStatements.set(key, statement);
    return statement;
  }

  function closeRun(change: CloseRun, context: GroupContext): void {
    if (close.run(JSON.stringify(change.closing), context.run).changes !== 1) {
      throw conflict(`Run ${context.runId} has ended or is closing, or it`);
    }
  }

  function annotateRun(change: AnnotateRun, context: GroupContext): void {
    const pinned = change.pinned === undefined ? null : Number(change.pinned);
    annotate.run(
      pinned,
      change.tags === undefined ? null : JSON.stringify(change.tags),
      context.run,
    );
  }

  function putPayload(key: number, payload: Payload): void {
    insertPayload.run(key, payload.sha256, payload.bytes, inlineText(payload));
  }

  return { createRun, changeRunStatus, resumeRun, closeRun, annotateRun };
}

function statusSql(from: JobState, to: JobState, actor: Actor): string {
  const columns = [
    `status = '${to}'`,
    `actor_kind = '${actor.kind}'`,
    "revision = revision + 1",
    "status_reason = ?",
    "actor_id = ?",
    "actor_via = ?",
    "error = ?",
    "wake_at = ?",
  ];
  if (to === "running") {
    columns.push(
      "owner_epoch = ?",
      "heartbeat_at = ?",
      "started_at = coalesce(started_at, ?)",
      "running_since = ?",
    );
  }
  if (from === "running") {
    columns.push(
      "owner_epoch = null",
      `running_ms = running_ms + ${stretchSql("?")}`,
      "running_since = null",
    );
  }
  columns.push(isTerminal(to) ? "finished_at = ?" : "finished_at = null");
  // A person let it go on, knowing that it crashed three times: it starts anew.
  if (from === "poisoned" && to === "queued") columns.push("crash_count = 0");
  return `update workflow_run set ${columns.join(", ")} where status = '${from}' and id = ?`;
}
