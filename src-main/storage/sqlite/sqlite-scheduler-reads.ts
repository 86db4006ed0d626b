import type Database from "better-sqlite3";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { runOfRow, type RunRow } from "../run-rows.ts";
import { selectRun } from "./sqlite-selects.ts";

interface DueQuery {
  readonly now: string;
  readonly limit: number;
}

/** What the scheduler asks: each a short range of a partial index, however many runs have ended. */
export const schedulerSql = {
  // Two ranges, merged: what never ran waits since it was created, a parked run since its timer was due.
  claimable: `
    select run_id from (
      select * from (
        select id, run_id, created_at as since from workflow_run indexed by workflow_run_queued
        where status = 'queued' and wake_at is null order by id limit @limit)
      union all
      select * from (
        select id, run_id, wake_at as since from workflow_run indexed by workflow_run_queued
        where status = 'queued' and wake_at <= @now order by wake_at, id limit @limit)
    ) order by since, id limit @limit`,
  dueWaiting: `
    select run_id from workflow_run indexed by workflow_run_waiting
    where status in ('awaiting_user', 'awaiting_validation') and wake_at is not null and wake_at <= @now
    order by wake_at, id limit @limit`,
  nextWake: `
    select min(wake_at) from (
      select min(wake_at) as wake_at from workflow_run indexed by workflow_run_queued
      where status = 'queued' and wake_at is not null
      union all
      select min(wake_at) from workflow_run indexed by workflow_run_waiting
      where status in ('awaiting_user', 'awaiting_validation') and wake_at is not null)`,
  stalled: `${selectRun}
    where r.id in (
      select id from workflow_run indexed by workflow_run_running
      where status = 'running' and (
        exists (select 1 from engine_instance where epoch = owner_epoch and clean_at is not null)
        or owner_epoch < (select max(epoch) from engine_instance)
        or (owner_epoch is not @mine and coalesce(heartbeat_at, started_at) < @oldest)))
    order by r.id`,
} as const;

export function createSchedulerReads(db: Database.Database) {
  const claimable = db.prepare<[DueQuery], string>(schedulerSql.claimable).pluck();
  const dueWaiting = db.prepare<[DueQuery], string>(schedulerSql.dueWaiting).pluck();
  const nextWake = db.prepare<[], string | null>(schedulerSql.nextWake).pluck();
  const stalled = db.prepare<[{ mine: number | null; oldest: string }], RunRow>(
    schedulerSql.stalled,
  );

  return {
    listClaimableRuns: (query: DueQuery): readonly string[] => claimable.all(query),
    listDueWaitingRuns: (query: DueQuery): readonly string[] => dueWaiting.all(query),
    nextWakeAt: (): string | null => nextWake.get() ?? null,
    /** `ownEpoch`: of the engine that this storage registered; its own runs are alive, because it asks. */
    findStalledWorkflows(
      thresholdSecs: number,
      now: string,
      ownEpoch: number | null,
    ): readonly WorkflowRun[] {
      const oldest = new Date(Date.parse(now) - thresholdSecs * 1_000).toISOString();
      return stalled.all({ mine: ownEpoch, oldest }).map(runOfRow);
    },
  };
}
