import type { ApiError, ApiErrorCode } from "../../app/contract/api-error.ts";
import { EngineError } from "../../app/engine/engine-error.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { StorageError, type StorageErrorCode } from "../../app/storage/storage-error.ts";
import { SecretSourceError } from "../secrets/secret-source.ts";
import { InvalidWorkflow } from "./invalid-workflow.ts";
import { RequestError } from "./request-error.ts";

/** An error as it crosses to a client; the one place where what is not known becomes INTERNAL. */
export function apiErrorOf(error: unknown, onUnknown: (error: unknown) => void): ApiError {
  if (error instanceof RequestError) return apiError(error.code, error.message, error.details);
  if (error instanceof EngineError) return apiError(error.code, error.message, error.details);
  if (error instanceof InvalidWorkflow) {
    const problems = error.problems.map((problem) => ({ ...problem }));
    return apiError("BAD_REQUEST", error.message, { problems });
  }
  if (error instanceof StorageError) {
    const { code, message, details } = error;
    return apiError(codeOfStorage(code), message, { ...details, cause: code });
  }
  if (error instanceof SecretSourceError) {
    const code = error.code === "SECRET_REFUSED" ? "BAD_REQUEST" : "UNAVAILABLE";
    return apiError(code, error.message, { cause: error.code });
  }
  if (error instanceof DOMException && error.name === "AbortError") {
    return apiError("CANCELLED", "The request was taken back.");
  }
  onUnknown(error);
  // What it says may hold paths or payloads: the log has it.
  return apiError("INTERNAL", "Something went wrong that should not. The log says where.");
}

export function apiError(code: ApiErrorCode, message: string, details: JsonValue = null): ApiError {
  return { code, message, retryable: isRetryable(code), details };
}

function isRetryable(code: ApiErrorCode): boolean {
  return code === "BUSY" || code === "UNAVAILABLE" || code === "TIMEOUT";
}

function codeOfStorage(code: StorageErrorCode): ApiErrorCode {
  switch (code) {
    case "CONFLICT":
      return "CONFLICT";
    case "NOT_FOUND":
      return "NOT_FOUND";
    case "CONSTRAINT":
    case "ILLEGAL_TRANSITION":
    case "TOO_LARGE":
      return "BAD_REQUEST";
    case "BUSY":
      return "BUSY";
    case "FENCED":
    case "FULL":
    case "IO":
    case "READ_ONLY":
    case "CORRUPT":
    case "DAMAGED":
    case "NEWER_SCHEMA":
    case "NOT_A_DATABASE":
    case "IN_USE":
    case "DENIED":
    case "CLOSED":
      return "UNAVAILABLE";
  }
}
