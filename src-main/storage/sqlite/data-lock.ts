import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { dataPaths } from "./sqlite-database.ts";
import { storageErrorOf } from "./sqlite-errors.ts";

/** Who holds a data folder, for the message that a second process shows. */
export interface LockHolder {
  /** `app`, `handshake serve`, … */
  readonly kind: string;
  readonly pid: number;
  readonly since: string;
}

export interface DataLock {
  release(): void;
}

/**
 * Owns a data folder: an exclusive lock on a small database of its own, which the operating system
 * frees when the process dies. Holding it proves that every earlier owner on this machine is dead.
 * IN_USE, with the holder's kind and pid, when another process, or another holder here, has it.
 */
export function takeDataLock(folder: string, holder: LockHolder): DataLock {
  const { lock: file } = dataPaths(folder);
  const holderFile = join(folder, "lock-holder.json");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Only before this process holds it: a handle closed later would drop SQLite's lock.
  if (held().has(file)) throw inUse(folder, holderFile);
  let db: Database.Database | null = null;
  try {
    if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
    db = new Database(file, { timeout: 0 });
    db.exec("begin exclusive");
    writeFileSync(holderFile, JSON.stringify(holder), { mode: 0o600 });
  } catch (error) {
    db?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
      throw inUse(folder, holderFile);
    }
    throw storageErrorOf(error, `Could not take the data folder ${folder}`);
  }
  const owned = db;
  held().set(file, owned);
  return {
    release() {
      if (!owned.open) return;
      try {
        rmSync(holderFile, { force: true });
      } finally {
        owned.close();
        held().delete(file);
      }
    },
  };
}

/** Who holds the folder, as far as it left its name; null when nobody did. */
export function readLockHolder(folder: string): LockHolder | null {
  return parseHolder(join(folder, "lock-holder.json"));
}

function inUse(folder: string, holderFile: string): StorageError {
  const holder = parseHolder(holderFile);
  const by =
    holder === null
      ? "another process"
      : `${holder.kind} (pid ${holder.pid}, since ${holder.since})`;
  return new StorageError(
    "IN_USE",
    `The data folder ${folder} is in use by ${by}. Use that one, quit it, or choose another folder.`,
    {
      details: {
        kind: holder?.kind ?? null,
        pid: holder?.pid ?? null,
        since: holder?.since ?? null,
      },
    },
  );
}

function parseHolder(file: string): LockHolder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null) return null;
    if (!("kind" in value) || !("pid" in value) || !("since" in value)) return null;
    const { kind, pid, since } = value;
    return typeof kind === "string" && typeof pid === "number" && typeof since === "string"
      ? { kind, pid, since }
      : null;
  } catch {
    // The name is a courtesy of the message; the lock itself does not depend on it.
    return null;
  }
}

// A handle that nothing references is collected, and its lock is gone in silence.
declare global {
  var handshakeDataLocks: Map<string, Database.Database> | undefined;
}

function held(): Map<string, Database.Database> {
  globalThis.handshakeDataLocks ??= new Map();
  return globalThis.handshakeDataLocks;
}
