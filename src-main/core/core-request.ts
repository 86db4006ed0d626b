import { isAbsolute } from "node:path";
import * as z from "zod";
import { anyJson } from "./any-json.ts";
import { AccessMode } from "../../app/model/job.ts";
import { InterruptedDecision } from "../../app/model/run-event.ts";

/** A run's id, the beginning of one, or `last`. */
const run = z.string().min(1).max(100);
const node = z.string().min(1).max(200);

/** What a person asks of the core, whichever door it comes through. */
export const CoreRequest = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("run"),
    /** The workflow file's text, and its name for messages. */
    text: z.string(),
    file: z.string(),
    input: anyJson.optional(),
    grants: z.array(z.string()),
    /** The folder that the person was in: where relative paths begin, those in capabilities too. */
    baseDir: z.string().refine(isAbsolute, "must be absolute"),
    accessMode: AccessMode.optional(),
    /** The same key twice is one run: a request whose answer was lost can be sent again. */
    requestKey: z.string().min(1).max(200),
  }),
  z.strictObject({
    do: z.literal("resume"),
    run,
    /** By node id, or node execution id. */
    decisions: z.record(z.string(), InterruptedDecision),
    confirmPoisoned: z.boolean(),
  }),
  z.strictObject({ do: z.literal("cancel"), run, reason: z.string().optional() }),
  z.strictObject({ do: z.literal("fail"), run, reason: z.string().optional() }),
  z.strictObject({ do: z.literal("answer"), run, node, answer: anyJson }),
  z.strictObject({ do: z.literal("retry"), run }),
  z.strictObject({ do: z.literal("rerun"), run }),
  z.strictObject({ do: z.literal("fork"), run, node, input: anyJson.optional() }),
]);
export type CoreRequest = z.infer<typeof CoreRequest>;
