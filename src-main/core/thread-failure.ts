import { StorageError, type StorageErrorCode } from "../../app/storage/storage-error.ts";
import { DataFolderError, DataMovedError } from "../data-folder.ts";
import { RequestError } from "./request-error.ts";

/** An error as it crosses between two threads of ours: classes do not survive a copy. */
export type ThreadFailure =
  | {
      readonly kind: "storage";
      readonly code: StorageErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, string | number | null>>;
    }
  | { readonly kind: "request"; readonly code: RequestError["code"]; readonly message: string }
  | { readonly kind: "data-folder"; readonly message: string; readonly path: string }
  | { readonly kind: "data-moved"; readonly to: string }
  | { readonly kind: "unknown"; readonly message: string; readonly stack: string };

export function failureOf(error: unknown): ThreadFailure {
  if (error instanceof StorageError) {
    const { code, message, details } = error;
    return { kind: "storage", code, message, details };
  }
  if (error instanceof RequestError) {
    return { kind: "request", code: error.code, message: error.message };
  }
  if (error instanceof DataFolderError) {
    return { kind: "data-folder", message: error.message, path: error.path };
  }
  if (error instanceof DataMovedError) return { kind: "data-moved", to: error.to };
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { kind: "unknown", message, stack };
}

export function errorOf(failure: ThreadFailure): Error {
  switch (failure.kind) {
    case "storage": {
      const { code, message, details } = failure;
      return new StorageError(code, message, { details });
    }
    case "request":
      return new RequestError(failure.code, failure.message);
    case "data-folder":
      return new DataFolderError(failure.message, failure.path);
    case "data-moved":
      return new DataMovedError(failure.to);
    case "unknown":
      return new Error(failure.message, { cause: failure.stack });
  }
}
