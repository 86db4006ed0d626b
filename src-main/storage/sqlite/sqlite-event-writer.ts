import type Database from "better-sqlite3";
import type { Actor, ActorKind } from "../../../app/model/actor.ts";
import type { RunEventType } from "../../../app/model/run-event.ts";
import type { Change } from "../../../app/storage/change.ts";
import { checkedEvent } from "../checked-event.ts";
import { eventChecksum } from "../event-checksum.ts";

/** The run, group and owner that a change belongs to; one object for a whole group. */
export interface GroupContext {
  /** The run's key. */
  run: number;
  runId: string;
  groupId: string;
  at: string;
  epoch: number | null;
}

interface EventStatements {
  readonly nobody: Database.Statement;
  readonly somebody: Database.Statement;
}

/** Writes the one event of a change. Unknown and malformed events are refused. */
export function createEventWriter(db: Database.Database) {
  // Type and actor are literals, and mostly the actor has no id: a quarter of the statement's time is binding.
  const statements = new Map<RunEventType, Partial<Record<ActorKind, EventStatements>>>();

  function statementsFor(type: RunEventType, actor: ActorKind): EventStatements {
    let byActor = statements.get(type);
    if (byActor === undefined) statements.set(type, (byActor = {}));
    const known = byActor[actor];
    if (known !== undefined) return known;
    const insert = (who: string) =>
      db.prepare(
        `insert into run_event (run, seq, at, type, actor_kind, actor_id, actor_via, epoch, group_id, data, checksum)
         values (?, ?, ?, '${type}', '${actor}', ${who}, ?, ?, ?, ?)`,
      );
    return (byActor[actor] = { nobody: insert("null, null"), somebody: insert("?, ?") });
  }

  return function writeEvent(change: Change, seq: number, context: GroupContext): void {
    const actor: Actor = change.actor;
    const { type, data } = checkedEvent(change, context.runId);
    const text = JSON.stringify(data);
    const id = actor.id ?? null;
    const via = actor.via ?? null;
    const { run, runId, groupId, at, epoch } = context;
    const checksum = eventChecksum(runId, seq, at, type, actor.kind, id, via, epoch, groupId, text);
    const { nobody, somebody } = statementsFor(type, actor.kind);
    if (id === null && via === null) nobody.run(run, seq, at, epoch, groupId, text, checksum);
    else somebody.run(run, seq, at, id, via, epoch, groupId, text, checksum);
  };
}
