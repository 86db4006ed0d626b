import type { RunEventData } from "../../../app/model/run-event.ts";
import { eventChecksum } from "../event-checksum.ts";
import type { ByActor, EventWrite } from "./postgres-writes.ts";

/** Where an event stands in history, and who wrote it. */
interface EventPlace extends ByActor {
  readonly runId: string;
  readonly seq: number;
  readonly at: string;
  /** Null where no engine wrote it. */
  readonly epoch: number | null;
  readonly groupId: string;
}

/** The row of an event, with its checksum. */
export function eventRow(event: RunEventData, place: EventPlace): EventWrite {
  const { runId, seq, at, epoch, groupId, actorKind, actorId, actorVia } = place;
  const { type } = event;
  const data = JSON.stringify(event.data);
  const checksum = eventChecksum(
    runId,
    seq,
    at,
    type,
    actorKind,
    actorId,
    actorVia,
    epoch,
    groupId,
    data,
  );
  return { actorKind, actorId, actorVia, runId, seq, at, type, epoch, groupId, data, checksum };
}
