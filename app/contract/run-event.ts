import * as z from "zod";
import { Actor } from "../model/actor.ts";
import { eventData, runEventTypes, type RunEvent } from "../model/run-event.ts";

const envelope = {
  id: z.string(),
  runId: z.uuid(),
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  actor: Actor,
  epoch: z.number().int().nullable(),
  groupId: z.string(),
};

const [first, ...rest] = runEventTypes.map((type) =>
  z.strictObject({ ...envelope, type: z.literal(type), data: eventData[type] }),
);
if (first === undefined) throw new Error("There are event types.");

/** One line of a run's history, with the data that belongs to its type. */
// Each member pairs a type with its own data, which `map` cannot say in types.
export const RunEventLine = z.discriminatedUnion("type", [first, ...rest]) as z.ZodType<RunEvent>;
