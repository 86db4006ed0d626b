import type { ApiError } from "../app/contract/api-error.ts";

/** Expected failures are values: a screen decides what to show. */
export type ApiResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ApiError };

export function failed(
  code: ApiError["code"],
  message: string,
  retryable: boolean,
): { readonly ok: false; readonly error: ApiError } {
  return { ok: false, error: { code, message, retryable, details: null } };
}
