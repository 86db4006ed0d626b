import * as z from "zod";
import { JobState } from "../../app/model/job.ts";
import { anyJson } from "./any-json.ts";
import { CoreRequest } from "./core-request.ts";
import { RunUpdate } from "./run-update.ts";

/** Spoken by the owner of a data folder and those who ask it; both are of one version. */
export const controlProtocol = 1;

/** The one line that a client sends. */
export const ControlRequest = z.strictObject({
  protocol: z.literal(controlProtocol),
  request: CoreRequest,
  /** Also send what happens until the run ended or waits. */
  follow: z.boolean(),
});
export type ControlRequest = z.infer<typeof ControlRequest>;

/** An error as it crosses the socket. `problems` are those of a workflow file. */
export const ControlError = z.strictObject({
  code: z.string(),
  message: z.string(),
  details: anyJson,
  problems: z.array(z.record(z.string(), anyJson)).optional(),
});
export type ControlError = z.infer<typeof ControlError>;

/** What the owner answers: `owner`, `accepted`, `update`s, then `done`; or `error` at any point. */
export const ControlReply = z.discriminatedUnion("reply", [
  z.strictObject({
    reply: z.literal("owner"),
    kind: z.string(),
    pid: z.number().int(),
    since: z.iso.datetime(),
  }),
  z.strictObject({
    reply: z.literal("accepted"),
    runId: z.uuid(),
    jobId: z.uuid(),
    created: z.boolean(),
  }),
  z.strictObject({ reply: z.literal("update"), update: RunUpdate }),
  z.strictObject({ reply: z.literal("done"), state: JobState }),
  z.strictObject({ reply: z.literal("error"), error: ControlError }),
]);
export type ControlReply = z.infer<typeof ControlReply>;
