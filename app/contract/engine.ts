import * as z from "zod";
import { UpdateState } from "./update.ts";

/** Something that a person should know about the engine itself. */
export const EngineNotice = z.strictObject({
  /** Grows; the same notice again keeps its number and counts up. */
  number: z.number().int().positive(),
  at: z.iso.datetime(),
  code: z.string(),
  message: z.string(),
  runId: z.uuid().nullable(),
  times: z.number().int().positive(),
});
export type EngineNotice = z.infer<typeof EngineNotice>;

export const EngineState = z.strictObject({
  /** paused: a safe start, nothing runs until `engine.start`. stopping: it drains. */
  state: z.enum(["running", "paused", "stopping"]),
  startedAt: z.iso.datetime(),
  activeRuns: z.number().int().nonnegative(),
  appVersion: z.string(),
  /** What runs it. */
  host: z.enum(["serve", "app"]),
  pid: z.number().int(),
  /** Changes with every start: after a reconnect it tells a restart from a short silence. */
  instanceId: z.string(),
  /** How long the steps of an ending run may take to stop by themselves. */
  forcedEndMs: z.number().int().nonnegative(),
  /** Marked at this start. */
  recovered: z.strictObject({
    stalled: z.number().int().nonnegative(),
    poisoned: z.number().int().nonnegative(),
    ended: z.number().int().nonnegative(),
  }),
  /** Of the app itself, as its host tells it. */
  update: UpdateState,
  /** Newest first, at most 50. */
  notices: z.array(EngineNotice),
});
export type EngineState = z.infer<typeof EngineState>;

export const engineRequests = {
  "engine.state": {
    input: z.strictObject({}),
    output: z.strictObject({ engine: EngineState }),
  },
  /** Ends a safe start. A second one changes nothing. */
  "engine.start": {
    input: z.strictObject({}),
    output: z.strictObject({ engine: EngineState }),
  },
} as const;
