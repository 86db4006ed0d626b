import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import type { RunRow } from "../run-rows.ts";
import { leaseSecs } from "./postgres-instances.ts";
import { runOf } from "./postgres-reads.ts";
import { selectRun } from "./postgres-selects.ts";
import type { Query } from "./postgres-transaction.ts";

interface DueQuery {
  readonly now: string;
  readonly limit: number;
}

interface RunId {
  readonly run_id: string;
}

export type SchedulerReads = ReturnType<typeof createSchedulerReads>;

/**
 * What the scheduler asks: each a short range of a partial index, however many runs have ended. Without the
 * runs of other machines; null for a machine asks for all.
 */
export function createSchedulerReads(query: Query, machineId: string | null) {
  return {
    listClaimableRuns: async ({ now, limit }: DueQuery): Promise<readonly string[]> =>
      idsOf(await query<RunId>(claimable, [now, limit, machineId])),
    listDueWaitingRuns: async ({ now, limit }: DueQuery): Promise<readonly string[]> =>
      idsOf(await query<RunId>(dueWaiting, [now, limit, machineId])),
    async nextWakeAt(): Promise<string | null> {
      const [row] = await query<{ wake_at: string | null }>(nextWake, [machineId]);
      return row?.wake_at ?? null;
    },
    /**
     * The lease tells, by the clock of the database: beats are of the engines' own clocks, and neither they nor
     * the caller's say anything. `ownEpoch`: of the engine that this storage registered; its own runs are
     * alive, because it asks.
     */
    async findStalledWorkflows(ownEpoch: number | null): Promise<readonly WorkflowRun[]> {
      return (await query<RunRow>(stalled, [ownEpoch, leaseSecs])).map(runOf);
    },
  };
}

const idsOf = (rows: readonly RunId[]): readonly string[] => rows.map(({ run_id }) => run_id);

const isHere = (machine: string) =>
  `(machine_id is null or machine_id = coalesce(${machine}, machine_id))`;

// Two ranges, merged: what never ran waits since it was created, a parked run since its timer was due.
const claimable = {
  name: "claimable",
  text: `
    select run_id from (
      (select run_id, ordinal, created_at as since from workflow_run
        where status = 'queued' and wake_at is null and ${isHere("$3::text")} order by ordinal limit $2)
      union all
      (select run_id, ordinal, wake_at as since from workflow_run
        where status = 'queued' and wake_at <= $1 and ${isHere("$3::text")} order by wake_at, ordinal limit $2)
    ) due order by since, ordinal limit $2`,
};

const dueWaiting = {
  name: "due_waiting",
  text: `
    select run_id from workflow_run
    where status in ('awaiting_user', 'awaiting_validation') and wake_at is not null and wake_at <= $1
      and ${isHere("$3::text")}
    order by wake_at, ordinal limit $2`,
};

const nextWake = {
  name: "next_wake",
  text: `
    select least(
      (select min(wake_at) from workflow_run where status = 'queued' and wake_at is not null and ${isHere("$1::text")}),
      (select min(wake_at) from workflow_run
        where status in ('awaiting_user', 'awaiting_validation') and wake_at is not null
          and ${isHere("$1::text")})) as wake_at`,
};

const stalled = {
  name: "stalled",
  text: `${selectRun}
    left join engine_lease l on l.epoch = r.owner_epoch
    where r.status = 'running' and (
      o.epoch is null or o.clean_at is not null or o.fenced_at is not null
      or (r.owner_epoch is distinct from $1
        and greatest(l.expires_at, server_started_at() + make_interval(secs => $2)) < clock_timestamp()))
    order by r.ordinal`,
};
