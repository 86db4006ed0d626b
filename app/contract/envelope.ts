import * as z from "zod";
import { ApiError } from "./api-error.ts";
import { ops, snapshots, Topic } from "./subscriptions.ts";

/** Chosen by the client, unique among its open requests (or subscriptions). */
const id = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const rev = z.number().int().positive();

/** Every message that a client sends, over whatever carries it. */
export const ClientMessage = z.discriminatedUnion("kind", [
  /** Answered exactly once. `input` is checked by the request's own schema. */
  z.strictObject({
    kind: z.literal("request"),
    id,
    name: z.string().min(1).max(100),
    input: z.unknown(),
  }),
  /** Takes a request back; its answer is CANCELLED, or what it had become already. */
  z.strictObject({ kind: z.literal("cancel"), id }),
  z.strictObject({ kind: z.literal("subscribe"), id, topic: Topic }),
  z.strictObject({ kind: z.literal("unsubscribe"), id }),
  /** Everything up to `rev` is applied: opens the way for the next batches. */
  z.strictObject({ kind: z.literal("ack"), id, rev }),
  /** A hidden client hears of counters once a second, and gets fresh snapshots when it is shown. */
  z.strictObject({ kind: z.literal("visibility"), hidden: z.boolean() }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

const snapshot = { kind: z.literal("snapshot"), id, rev };
const delta = {
  kind: z.literal("delta"),
  id,
  /** The revision that it builds on: the client's own, else it missed something and subscribes again. */
  fromRev: rev,
  toRev: rev,
};

/** Every message that a core sends. A snapshot's and a delta's content belongs to its topic. */
export const CoreMessage = z.union([
  z.strictObject({ kind: z.literal("answer"), id, ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ kind: z.literal("answer"), id, ok: z.literal(false), error: ApiError }),
  z.discriminatedUnion("topic", [
    z.strictObject({ ...snapshot, topic: z.literal("runs"), snapshot: snapshots.runs }),
    z.strictObject({ ...snapshot, topic: z.literal("run"), snapshot: snapshots.run }),
    z.strictObject({ ...snapshot, topic: z.literal("engine"), snapshot: snapshots.engine }),
  ]),
  z.discriminatedUnion("topic", [
    z.strictObject({ ...delta, topic: z.literal("runs"), ops: z.array(ops.runs) }),
    z.strictObject({ ...delta, topic: z.literal("run"), ops: z.array(ops.run) }),
    z.strictObject({ ...delta, topic: z.literal("engine"), ops: z.array(ops.engine) }),
  ]),
  /** The subscription is over, or was refused (NOT_FOUND, BUSY). */
  z.strictObject({ kind: z.literal("ended"), id, error: ApiError }),
]);
export type CoreMessage = z.infer<typeof CoreMessage>;
