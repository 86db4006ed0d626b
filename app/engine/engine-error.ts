import type { JsonValue } from "../model/json.ts";

/**
 * What a request to the engine can be refused with. BAD_REQUEST: the request itself is wrong.
 * NOT_FOUND: no such run or node. CONFLICT: the run is not in a state for that, or someone was faster.
 * UNAVAILABLE: the engine does not accept work (recovering, paused, stopping, fenced).
 */
export type EngineErrorCode = "BAD_REQUEST" | "NOT_FOUND" | "CONFLICT" | "UNAVAILABLE";

export class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly details: JsonValue;

  constructor(code: EngineErrorCode, message: string, details: JsonValue = null, cause?: unknown) {
    super(message, { cause });
    this.name = "EngineError";
    this.code = code;
    this.details = details;
  }
}
