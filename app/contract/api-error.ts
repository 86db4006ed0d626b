import * as z from "zod";
import { Json } from "../model/json.ts";

/**
 * Every way in which a request can fail. BAD_REQUEST: it is wrong itself. NOT_FOUND: no such thing.
 * CONFLICT: not in this state, or someone was faster. CANCELLED: whoever asked took it back. TIMEOUT:
 * it took too long. BUSY: too much at once, ask again. UNAVAILABLE: the engine or the disk does not take
 * work now. INTERNAL: a defect of ours.
 */
export const ApiErrorCode = z.enum([
  "BAD_REQUEST",
  "NOT_FOUND",
  "CONFLICT",
  "CANCELLED",
  "TIMEOUT",
  "BUSY",
  "UNAVAILABLE",
  "INTERNAL",
]);
export type ApiErrorCode = z.infer<typeof ApiErrorCode>;

export const ApiError = z.strictObject({
  code: ApiErrorCode,
  /** For people: what was attempted, on what, what to do next. */
  message: z.string(),
  /** The same request may succeed later, unchanged. */
  retryable: z.boolean(),
  /** By code and request: such as `problems` of a workflow file, or `cause: "FULL"` of the storage. */
  details: Json,
});
export type ApiError = z.infer<typeof ApiError>;
