import Database from "better-sqlite3";
import { StorageError, type StorageErrorCode } from "../../../app/storage/storage-error.ts";

/**
 * The driver's and the file system's errors as StorageErrors; nothing else in the code reads their codes.
 * `attempted` begins the message: what was being done, on what. An error that is neither is returned as
 * it is: it is a defect, not a fault.
 */
export function storageErrorOf(error: unknown, attempted: string): unknown {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  if (code === null || !(error instanceof Error)) return error;
  const kind = kindOf(code, error.message);
  return kind === null
    ? error
    : new StorageError(kind, `${attempted}: ${error.message}. ${advice[kind] ?? ""}`.trimEnd(), {
        details: { driverCode: code },
        cause: error,
      });
}

/** As storageErrorOf, but for one group: whatever is not a fault of the disk is that group's own. */
export function groupErrorOf(error: unknown, attempted: string): StorageError {
  const known = storageErrorOf(error, attempted);
  if (known instanceof StorageError) return known;
  const message = error instanceof Error ? error.message : String(error);
  return new StorageError("CONSTRAINT", `${attempted}: it cannot be stored: ${message}.`, {
    cause: error,
  });
}

function codeOf(error: unknown): string | null {
  if (error instanceof Database.SqliteError) return error.code;
  if (error instanceof TypeError && error.message === "The database connection is not open")
    return "CLOSED";
  if (error instanceof Error && "code" in error && typeof error.code === "string")
    return error.code;
  return null;
}

function kindOf(code: string, message: string): StorageErrorCode | null {
  if (code === "SQLITE_CONSTRAINT_TRIGGER" && message.startsWith("ILLEGAL_TRANSITION"))
    return "ILLEGAL_TRANSITION";
  if (code === "SQLITE_IOERR_SHMSIZE") return "FULL";
  for (const [prefix, kind] of prefixes) if (code.startsWith(prefix)) return kind;
  return null;
}

const prefixes: readonly (readonly [string, StorageErrorCode])[] = [
  ["SQLITE_CONSTRAINT", "CONSTRAINT"],
  ["SQLITE_MISMATCH", "CONSTRAINT"],
  ["SQLITE_TOOBIG", "CONSTRAINT"],
  ["SQLITE_FULL", "FULL"],
  ["SQLITE_BUSY", "BUSY"],
  ["SQLITE_LOCKED", "BUSY"],
  ["SQLITE_PROTOCOL", "BUSY"],
  ["SQLITE_READONLY", "READ_ONLY"],
  ["SQLITE_PERM", "READ_ONLY"],
  ["SQLITE_CORRUPT", "CORRUPT"],
  ["SQLITE_NOTADB", "NOT_A_DATABASE"],
  ["SQLITE_CANTOPEN", "IO"],
  ["SQLITE_IOERR", "IO"],
  ["SQLITE_NOMEM", "IO"],
  ["ENOSPC", "FULL"],
  ["EDQUOT", "FULL"],
  ["EROFS", "READ_ONLY"],
  ["EACCES", "READ_ONLY"],
  ["EPERM", "READ_ONLY"],
  ["ENOTDIR", "READ_ONLY"],
  ["EIO", "IO"],
  ["EMFILE", "IO"],
  ["ENFILE", "IO"],
  ["CLOSED", "CLOSED"],
];

const advice: Partial<Record<StorageErrorCode, string>> = {
  FULL: "Disk is full; work is paused, nothing was lost. Free 200 MB.",
  BUSY: "Another program is using the data file; close it.",
  IO: "The disk reported an error; check it and its cable or connection.",
  READ_ONLY: "The data folder cannot be written; change its permissions or choose another folder.",
  CORRUPT: "The data file is damaged. Restore the newest backup, or start with an empty folder.",
  NOT_A_DATABASE:
    "The data file is not a database. Restore the newest backup, or move the file away.",
  CLOSED: "The storage was closed; open it again.",
};
