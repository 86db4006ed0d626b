import type { ApiErrorCode } from "../../app/contract/api-error.ts";
import type { JsonValue } from "../../app/model/json.ts";

/** A request that cannot be answered as it was asked; crosses to the client as it is. */
export class RequestError extends Error {
  readonly code: Exclude<ApiErrorCode, "INTERNAL">;
  readonly details: JsonValue;

  constructor(
    code: RequestError["code"],
    message: string,
    options: { readonly details?: JsonValue; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "RequestError";
    this.code = code;
    this.details = options.details ?? null;
  }
}
