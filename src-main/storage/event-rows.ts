import type { ActorKind } from "../../app/model/actor.ts";
import { parseRunEventData, type RunEvent } from "../../app/model/run-event.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { EngineInstance } from "../../app/storage/storage.ts";
import { actorOf } from "./value-rows.ts";

export interface EventRow {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly actor_kind: ActorKind;
  readonly actor_id: string | null;
  readonly actor_via: string | null;
  readonly epoch: number | null;
  readonly group_id: string;
  readonly data: string;
}

/** DAMAGED when type or data are not what an event may hold. */
export function eventOfRow(runId: string, row: EventRow): RunEvent {
  const id = `${runId}/${row.seq}`;
  try {
    return {
      ...parseRunEventData(row.type, JSON.parse(row.data)),
      id,
      runId,
      seq: row.seq,
      at: row.at,
      actor: actorOf(row),
      epoch: row.epoch,
      groupId: row.group_id,
    };
  } catch (error) {
    throw new StorageError("DAMAGED", `Event ${id} is damaged. Restore the newest backup.`, {
      cause: error,
    });
  }
}

export interface InstanceRow {
  readonly epoch: number;
  readonly instance_id: string;
  readonly kind: string;
  readonly pid: number;
  readonly process_started_at: string;
  readonly boot_id: string;
  readonly machine_id: string;
  readonly app_version: string;
  readonly started_at: string;
  readonly last_beat_at: string;
  readonly clean_at: string | null;
}

export function instanceOfRow(row: InstanceRow): EngineInstance {
  return {
    instanceId: row.instance_id,
    epoch: row.epoch,
    kind: row.kind,
    pid: row.pid,
    processStartedAt: row.process_started_at,
    bootId: row.boot_id,
    machineId: row.machine_id,
    appVersion: row.app_version,
    at: row.started_at,
    lastBeatAt: row.last_beat_at,
    cleanAt: row.clean_at,
  };
}
