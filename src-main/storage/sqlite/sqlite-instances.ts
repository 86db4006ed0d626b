import type Database from "better-sqlite3";
import { immediately } from "./sqlite-transaction.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, NewInstance, OwnedRun } from "../../../app/storage/storage.ts";

/** FENCED unless `fence` is the newest engine instance. Inside a write transaction the answer holds. */
export function requireFence(db: Database.Database, fence: Fence): void {
  const newest = newestInstance(db).get();
  if (newest?.instanceId === fence.instanceId && newest.epoch === fence.epoch) return;
  throw new StorageError(
    "FENCED",
    `Engine ${fence.instanceId} (epoch ${fence.epoch}) is no longer the owner of this data. Another copy took over; stop this one.`,
    { details: { epoch: fence.epoch, newestEpoch: newest?.epoch ?? null } },
  );
}

const fenceStatements = new WeakMap<Database.Database, Database.Statement<[], Fence>>();

function newestInstance(db: Database.Database): Database.Statement<[], Fence> {
  let statement = fenceStatements.get(db);
  if (statement === undefined) {
    statement = db.prepare<[], Fence>(
      "select instance_id as instanceId, epoch from engine_instance order by epoch desc limit 1",
    );
    fenceStatements.set(db, statement);
  }
  return statement;
}

export const beatRunsSql =
  "update workflow_run indexed by workflow_run_running set heartbeat_at = ? where status = 'running' and owner_epoch = ?";

/** The engine instances: registering, beating and ending. */
export function createInstances(db: Database.Database) {
  const insert = db.prepare(
    `insert into engine_instance (epoch, instance_id, kind, pid, process_started_at, boot_id, machine_id,
       app_version, started_at, last_beat_at)
     values ((select coalesce(max(epoch), 0) + 1 from engine_instance), ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const beatInstance = db.prepare(
    "update engine_instance set last_beat_at = ? where instance_id = ? and epoch = ?",
  );
  const beatRuns = db.prepare(beatRunsSql);
  const ownedRuns = db.prepare<[number], OwnedRun>(
    "select run_id as runId, status, revision from workflow_run indexed by workflow_run_running where status = 'running' and owner_epoch = ?",
  );
  const markClean = db.prepare(
    "update engine_instance set clean_at = ?, last_beat_at = ? where instance_id = ? and epoch = ?",
  );

  return {
    register(instance: NewInstance): Fence {
      const { instanceId, at } = instance;
      const { lastInsertRowid } = insert.run(
        instanceId,
        instance.kind,
        instance.pid,
        instance.processStartedAt,
        instance.bootId,
        instance.machineId,
        instance.appVersion,
        at,
        at,
      );
      return { instanceId, epoch: Number(lastInsertRowid) };
    },
    beat: immediately(db, (fence: Fence, at: string): readonly OwnedRun[] => {
      if (beatInstance.run(at, fence.instanceId, fence.epoch).changes !== 1)
        throw unknownInstance(fence);
      requireFence(db, fence);
      beatRuns.run(at, fence.epoch);
      return ownedRuns.all(fence.epoch);
    }),
    markClean(fence: Fence, at: string): void {
      if (markClean.run(at, at, fence.instanceId, fence.epoch).changes !== 1)
        throw unknownInstance(fence);
    },
  };
}

function unknownInstance(fence: Fence): StorageError {
  return new StorageError(
    "NOT_FOUND",
    `There is no engine instance ${fence.instanceId} with epoch ${fence.epoch}.`,
  );
}
