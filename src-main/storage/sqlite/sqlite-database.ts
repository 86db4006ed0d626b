import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { storageErrorOf } from "./sqlite-errors.ts";
import { registerSqlFunctions } from "./sqlite-functions.ts";

/** Where things lie in a data folder. */
export interface DataPaths {
  readonly folder: string;
  readonly database: string;
  readonly lock: string;
  readonly blobs: string;
  readonly backups: string;
  readonly highWater: string;
}

export function dataPaths(folder: string): DataPaths {
  return {
    folder,
    database: join(folder, "handshake.db"),
    lock: join(folder, "lock.db"),
    blobs: join(folder, "blobs"),
    backups: join(folder, "backups"),
    highWater: join(folder, "high-water.json"),
  };
}

/** "HSK1": tells our files from another program's. */
export const applicationId = 0x48534b31;

/**
 * Opens the writing connection: the folder and file are made where they are missing, and every setting
 * is read back. Throws StorageErrors that say what to do.
 */
export function openWriter(paths: DataPaths): Database.Database {
  return opened(paths, () => {
    // Only for a folder of our own making: data-folder.ts decides about one that is there.
    mkdirSync(paths.folder, { recursive: true, mode: 0o700 });
    refuseVanishedData(paths);
    if (!existsSync(paths.database)) closeSync(openSync(paths.database, "wx", 0o600));
    // No fs call opens the database from here on: closing such a handle would drop SQLite's locks.
    chmodSync(paths.database, 0o600);
    const db = new Database(paths.database, { timeout: busyTimeoutMs });
    return configured(db, () => {
      const journal = db.pragma("journal_mode = wal", { simple: true });
      if (journal !== "wal") refuseFileSystem(paths, String(journal));
      db.pragma("synchronous = full");
      db.pragma("wal_autocheckpoint = 1000");
      db.pragma("journal_size_limit = 67108864");
      configure(db);
      const synchronous = db.pragma("synchronous", { simple: true });
      if (synchronous !== 2)
        throw new Error(`synchronous reads back ${String(synchronous)}, not 2 (full)`);
      refuseForeignFile(db, paths);
      // Where a file cannot be opened for writing, were it for a moment, SQLite opens it for reading and
      // says nothing, not even at a begin: every write would fail until somebody opens it again.
      db.exec("begin immediate; pragma user_version = 0; rollback");
    });
  });
}

/** Opens a read-only connection, such as a reader thread's; NOT_FOUND when there is no data yet. */
export function openReader(paths: DataPaths): Database.Database {
  refuseVanishedData(paths);
  if (!existsSync(paths.database)) {
    throw new StorageError("NOT_FOUND", `There is no data file in ${paths.folder} yet.`);
  }
  return opened(paths, () => {
    const db = new Database(paths.database, { readonly: true, timeout: busyTimeoutMs });
    return configured(db, () => {
      configure(db);
      db.pragma("query_only = on");
      // It writes nothing; but `doctor` reads the settings here, and they are to be the writer's.
      db.pragma("synchronous = full");
      refuseForeignFile(db, paths);
    });
  });
}

const busyTimeoutMs = 5_000;

/**
 * For a writer that is at work. Its thread stands still while it waits: after two seconds it says so, and
 * the engine tries again, as often as it takes.
 */
export function waitShorter(db: Database.Database): void {
  db.pragma("busy_timeout = 2000");
}

function configure(db: Database.Database): void {
  db.pragma(`busy_timeout = ${busyTimeoutMs}`);
  db.pragma("foreign_keys = on");
  db.pragma("cache_size = -8192");
  db.pragma("temp_store = memory");
  registerSqlFunctions(db);
}

function configured(db: Database.Database, configureIt: () => void): Database.Database {
  try {
    configureIt();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function opened(paths: DataPaths, open: () => Database.Database): Database.Database {
  try {
    return open();
  } catch (error) {
    throw storageErrorOf(error, `Could not open the data file ${paths.database}`);
  }
}

/** An empty or missing file beside the traces of data is a loss, never a fresh start. */
function refuseVanishedData(paths: DataPaths): void {
  const bytes = sizeOf(paths.database);
  if (bytes !== null && bytes > 0) return;
  const traces = [
    ...((sizeOf(`${paths.database}-wal`) ?? 0) > 0 ? ["a write-ahead log"] : []),
    ...(sizeOf(paths.highWater) === null ? [] : ["a high-water mark"]),
    ...(hasFiles(paths.blobs) ? ["saved results"] : []),
    ...(hasFiles(paths.backups) ? ["backups"] : []),
  ];
  if (traces.length === 0) return;
  const state = bytes === null ? "missing" : "empty";
  throw new StorageError(
    "CORRUPT",
    `The data file ${paths.database} is ${state}, but there are ${traces.join(", ")} beside it. ` +
      "Restore the newest backup, or move the folder's contents away to start empty.",
    { details: { state } },
  );
}

function refuseFileSystem(paths: DataPaths, journal: string): never {
  throw new StorageError(
    "READ_ONLY",
    `${paths.folder} lies on a file system without the locks that a write-ahead log needs ` +
      `(journal_mode reads back "${journal}"), such as a network drive. Choose a local folder.`,
  );
}

function refuseForeignFile(db: Database.Database, paths: DataPaths): void {
  const id = db.pragma("application_id", { simple: true });
  const tables = db.prepare<[], number>("select count(*) from sqlite_schema").pluck().get() ?? 0;
  if (id === applicationId || (id === 0 && tables === 0)) return;
  throw new StorageError(
    "NOT_A_DATABASE",
    `${paths.database} belongs to another program. Choose another data folder, or move the file away.`,
  );
}

/** `stat` opens no handle, so it is safe beside an open database. */
function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
