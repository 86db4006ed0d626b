import * as z from "zod";
import { Json } from "./json.ts";

/**
 * Why an attempt, a node or a run did not succeed. Codes that the engine itself gives:
 * TIMEOUT, INTERRUPTED, CANCELLED, EXPRESSION, OUTPUT, CAPABILITY_DENIED, SECRET_MISSING, REJECTED,
 * NODE_FAILED, EXPIRED, PAYLOAD_TOO_LARGE, TIME_LIMIT, TOKEN_LIMIT, COST_LIMIT, INTERNAL.
 * Node types add their own.
 */
export const Failure = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  message: z.string(),
  /** The node that caused it, where there is one. */
  nodePath: z.string().optional(),
  /** Where in the input or expression: a JSON pointer, or `field@position`. */
  pointer: z.string().optional(),
  /** False: trying again cannot help. */
  retryable: z.boolean().optional(),
  /** True: the outside world was certainly not touched, so even an `external` node may be tried again. */
  effectNotStarted: z.boolean().optional(),
  /** True: an effect may have happened, and nobody knows. */
  outcomeUnknown: z.boolean().optional(),
  /** Messages of the causes, outermost first. */
  causes: z.array(z.string()).optional(),
  stack: z.string().optional(),
  details: Json.optional(),
});
export type Failure = z.infer<typeof Failure>;
