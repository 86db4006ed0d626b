import type { Actor, ActorKind } from "../../app/model/actor.ts";
import type { PayloadRef } from "../../app/model/workflow-run.ts";
import { StorageError } from "../../app/storage/storage-error.ts";

// Rows become domain values in the `*-rows.ts` files alone. Words of a closed list are trusted, because
// the tables check them; JSON text is parsed by its schema, because a table cannot.

export function actorOf(row: {
  readonly actor_kind: ActorKind;
  readonly actor_id: string | null;
  readonly actor_via: string | null;
}): Actor {
  return {
    kind: row.actor_kind,
    ...(row.actor_id === null ? {} : { id: row.actor_id }),
    ...(row.actor_via === null ? {} : { via: row.actor_via }),
  };
}

export function refOf(sha256: string | null, bytes: number | null): PayloadRef | null {
  return sha256 === null || bytes === null ? null : { sha256, bytes };
}

export function parseStrings(text: string): string[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new StorageError("DAMAGED", "A stored list is not a list.");
  return value.map(String);
}

export function parseNumbers(text: string): number[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new StorageError("DAMAGED", "A stored list is not a list.");
  return value.map(Number);
}
