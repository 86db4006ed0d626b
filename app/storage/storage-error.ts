/**
 * What can go wrong with storage. CONFLICT: a compare-and-set missed, reload the run. FENCED: another
 * engine has a newer epoch, stop at once. CONSTRAINT: this group can never be committed. NOT_FOUND:
 * no such run or node. ILLEGAL_TRANSITION: not in the table. TOO_LARGE: a payload over the limit.
 * DAMAGED: a checksum does not match. FULL, BUSY, IO: nothing was acknowledged, try again later.
 * READ_ONLY, CORRUPT, NEWER_SCHEMA, NOT_A_DATABASE: the file cannot be used as it is. DENIED: the
 * database server refuses us (address, password, rights, TLS).
 */
export type StorageErrorCode =
  | "CONFLICT"
  | "FENCED"
  | "CONSTRAINT"
  | "NOT_FOUND"
  | "ILLEGAL_TRANSITION"
  | "TOO_LARGE"
  | "DAMAGED"
  | "FULL"
  | "BUSY"
  | "IO"
  | "READ_ONLY"
  | "CORRUPT"
  | "NEWER_SCHEMA"
  | "NOT_A_DATABASE"
  | "IN_USE"
  | "DENIED"
  | "CLOSED";

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly details: Readonly<Record<string, string | number | null>>;

  constructor(
    code: StorageErrorCode,
    message: string,
    options: {
      readonly details?: Readonly<Record<string, string | number | null>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "StorageError";
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** True where the same batch may be sent again later: nothing of it was acknowledged. */
/** The file is not what it was: whatever is written now may make it worse. */
export function isBrokenStorageError(error: unknown): error is StorageError {
  return (
    error instanceof StorageError && (error.code === "CORRUPT" || error.code === "NOT_A_DATABASE")
  );
}

export function isTransientStorageError(error: unknown): error is StorageError {
  return (
    error instanceof StorageError &&
    (error.code === "FULL" || error.code === "BUSY" || error.code === "IO")
  );
}
