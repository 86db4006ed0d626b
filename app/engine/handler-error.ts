import type { JsonValue } from "../model/json.ts";

/**
 * What a handler throws to say more than a message: a code of its own, whether another attempt can
 * help, and whether the outside world was touched. Any other error is retryable with code NODE_ERROR.
 */
export class HandlerError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly effectNotStarted: boolean;
  readonly details: JsonValue | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      readonly retryable?: boolean;
      readonly effectNotStarted?: boolean;
      readonly details?: JsonValue;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "HandlerError";
    this.code = code;
    this.retryable = options.retryable ?? true;
    this.effectNotStarted = options.effectNotStarted ?? false;
    this.details = options.details;
  }
}
