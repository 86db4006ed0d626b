import { multiRow } from "./postgres-multi-row.ts";
import type { EventWrite } from "./postgres-writes.ts";

/** Appends events to histories. */
export const insertEvents = multiRow<EventWrite>(
  "insert_events",
  [
    ["run_id", "uuid", (row) => row.runId],
    ["seq", "int8", (row) => row.seq],
    ["at", "timestamptz", (row) => row.at],
    ["type", "text", (row) => row.type, "alike"],
    ["actor_kind", "text", (row) => row.actorKind, "alike"],
    ["actor_id", "text", (row) => row.actorId, "alike"],
    ["actor_via", "text", (row) => row.actorVia, "alike"],
    ["epoch", "int8", (row) => row.epoch, "alike"],
    ["group_id", "text", (row) => row.groupId],
    ["data", "json", (row) => row.data],
    ["checksum", "int8", (row) => row.checksum],
  ],
  (source) => `
    insert into run_event (run_id, seq, at, type, actor_kind, actor_id, actor_via, epoch, group_id, data, checksum)
    select run_id, seq, at, type, actor_kind, actor_id, actor_via, epoch, group_id, data, checksum from ${source}`,
);
