import * as z from "zod";
import { anyJson } from "./any-json.ts";
import { Actor } from "../../app/model/actor.ts";
import { parseRunEventData, type RunEvent } from "../../app/model/run-event.ts";

const RunEventLine = z
  .strictObject({
    id: z.string(),
    runId: z.uuid(),
    seq: z.number().int().positive(),
    at: z.iso.datetime(),
    actor: Actor,
    epoch: z.number().int().nullable(),
    groupId: z.string(),
    type: z.string(),
    data: anyJson,
  })
  .transform(({ type, data, ...event }, context): RunEvent => {
    try {
      return { ...event, ...parseRunEventData(type, data) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
  });

/** What somebody who follows a run is told. Only `event`s are complete and in order; the rest may be lost. */
export const RunUpdate = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("event"), event: RunEventLine }),
  z.strictObject({
    type: z.literal("progress"),
    nodePath: z.string(),
    fraction: z.number(),
    message: z.string().nullable(),
  }),
  z.strictObject({
    type: z.literal("log"),
    nodePath: z.string(),
    level: z.string(),
    text: z.string(),
  }),
  z.strictObject({ type: z.literal("notice"), code: z.string(), message: z.string() }),
]);
export type RunUpdate = z.infer<typeof RunUpdate>;
