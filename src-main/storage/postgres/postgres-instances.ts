import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, NewInstance, OwnedRun } from "../../../app/storage/storage.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import type { Query } from "./postgres-transaction.ts";
import { uuidOrNull } from "./postgres-values.ts";

/** How long an engine may be silent, by the clock of the database, before another takes its right to write. */
export const leaseSecs = 30;

/**
 * FENCED unless `fence` is an engine instance that nobody has fenced. Its row stays locked until the end of
 * the transaction: nobody can fence it meanwhile.
 */
export async function requireFence(query: Query, fence: Fence): Promise<void> {
  const [found] = await query(lockInstance, [fence.epoch, uuidOrNull(fence.instanceId)]);
  if (found !== undefined) return;
  throw new StorageError(
    "FENCED",
    `Engine ${fence.instanceId} (epoch ${fence.epoch}) has lost its right to write: its lease ran out, and another engine took over. Stop this one.`,
    { details: { epoch: fence.epoch } },
  );
}

/** Takes the right to write from every engine whose lease has expired. Answers their epochs. */
export async function fenceExpired(query: Query, by: number): Promise<readonly number[]> {
  const expired = await query<{ epoch: number }>(lockExpiredLeases, [by, leaseSecs]);
  if (expired.length === 0) return [];
  const epochs = expired.map(({ epoch }) => epoch);
  await query(fenceInstances, [epochs, by]);
  return epochs;
}

/** The engine instances: registering, beating and ending. */
export function createInstances(connection: PostgresConnection) {
  return {
    register(instance: NewInstance): Promise<Fence> {
      const { instanceId, at } = instance;
      return connection.write("Could not register the engine", async ({ query }) => {
        const [inserted] = await query<{ epoch: number }>(insertInstance, [
          instanceId,
          instance.kind,
          instance.pid,
          instance.processStartedAt,
          instance.bootId,
          instance.machineId,
          instance.appVersion,
          at,
        ]);
        if (inserted === undefined) throw new Error("an inserted row has an epoch");
        const { epoch } = inserted;
        await query(insertLease, [epoch, leaseSecs]);
        await fenceExpired(query, epoch);
        return { instanceId, epoch };
      });
    },
    beat(fence: Fence, at: string): Promise<readonly OwnedRun[]> {
      return connection.write("Could not beat", async ({ query }) => {
        const [row] = await query<{ fenced: boolean }>(beatInstance, [
          at,
          uuidOrNull(fence.instanceId),
          fence.epoch,
        ]);
        if (row === undefined) throw unknownInstance(fence);
        if (row.fenced) await requireFence(query, fence);
        return query<OwnedRun & object>(beatRuns, [at, fence.epoch]);
      });
    },
    markClean(fence: Fence, at: string): Promise<void> {
      return connection.write("Could not mark the clean end", async ({ query }) => {
        const values = [at, uuidOrNull(fence.instanceId), fence.epoch];
        const [row] = await query(markClean, values);
        if (row === undefined) throw unknownInstance(fence);
      });
    },
  };
}

function unknownInstance(fence: Fence): StorageError {
  return new StorageError(
    "NOT_FOUND",
    `There is no engine instance ${fence.instanceId} with epoch ${fence.epoch}.`,
  );
}

/** Finds the row while the instance has its right to write, and keeps others from taking it. */
export const lockInstance = {
  name: "lock_instance",
  text: `select epoch from engine_instance
    where epoch = $1 and instance_id = $2 and fenced_at is null for share`,
};

const insertInstance = {
  name: "insert_instance",
  text: `insert into engine_instance (instance_id, kind, pid, process_started_at, boot_id, machine_id, app_version,
      started_at, last_beat_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning epoch`,
};

const insertLease = {
  name: "insert_lease",
  text: `insert into engine_lease (epoch, expires_at)
    values ($1, clock_timestamp() + make_interval(secs => $2))`,
};

/** Run by the lease's thread; changes no row once the instance is fenced. */
export const renewLease = {
  name: "renew_lease",
  text: `update engine_lease l set
      takes_from = case when l.expires_at < clock_timestamp()
        then clock_timestamp() + make_interval(secs => $2) else l.takes_from end,
      expires_at = clock_timestamp() + make_interval(secs => $2)
    from engine_instance i
    where l.epoch = $1 and i.epoch = l.epoch and i.fenced_at is null`,
};

// The lease's row is locked before the instance's, so that a renewal that came first is seen.
const lockExpiredLeases = {
  name: "lock_expired_leases",
  text: `select l.epoch from engine_lease l join engine_instance i on i.epoch = l.epoch
    where i.clean_at is null and i.fenced_at is null and l.epoch <> $1
      and greatest(l.expires_at, server_started_at() + make_interval(secs => $2)) < clock_timestamp()
      and (select takes_from from engine_lease where epoch = $1) < clock_timestamp()
    order by l.epoch for update of l`,
};

/** Takes the right to write from instances of which the host knows that their process is gone. */
export async function fenceDead(
  query: Query,
  instanceIds: readonly string[],
  by: number,
): Promise<void> {
  const ids = instanceIds.filter((id) => uuidOrNull(id) !== null);
  if (ids.length > 0) await query(fenceByIds, [ids, by]);
}

const fenceByIds = {
  name: "fence_by_ids",
  text: `update engine_instance set fenced_at = clock_timestamp(), fenced_by = $2
    where instance_id = any ($1::uuid[]) and clean_at is null and fenced_at is null and epoch <> $2`,
};

const fenceInstances = {
  name: "fence_instances",
  text: `update engine_instance set fenced_at = clock_timestamp(), fenced_by = $2
    where epoch = any ($1::int8[]) and fenced_at is null`,
};

const beatInstance = {
  name: "beat_instance",
  text: `update engine_instance set last_beat_at = $1 where instance_id = $2 and epoch = $3
    returning fenced_at is not null as fenced`,
};

const beatRuns = {
  name: "beat_runs",
  text: `update workflow_run set heartbeat_at = $1 where status = 'running' and owner_epoch = $2
    returning run_id as "runId", status, revision`,
};

const markClean = {
  name: "mark_clean",
  text: `update engine_instance set clean_at = $1, last_beat_at = $1 where instance_id = $2 and epoch = $3
    returning epoch`,
};
