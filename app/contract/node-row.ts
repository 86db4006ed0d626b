import * as z from "zod";
import { Attempt, NodeExecution } from "../model/node-execution.ts";

/** An attempt without its metrics and the depths of its error: enough to draw it. */
export const ShortAttempt = z.strictObject({
  ...Attempt.pick({ number: true, status: true, startedAt: true, finishedAt: true }).shape,
  errorCode: z.string().nullable(),
});
export type ShortAttempt = z.infer<typeof ShortAttempt>;

/** A node execution as the run page shows it. Large parts of its error are cut; `run.attempts` has them. */
export const NodeRow = z.strictObject({
  ...NodeExecution.shape,
  /** For people. */
  name: z.string(),
  /** When it began and how it is; null before the first one. */
  currentAttempt: ShortAttempt.nullable(),
  /** The newest 20 that came before the current one, by number. */
  earlierAttempts: z.array(ShortAttempt),
});
export type NodeRow = z.infer<typeof NodeRow>;
