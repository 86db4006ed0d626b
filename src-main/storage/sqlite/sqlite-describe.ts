import type Database from "better-sqlite3";
import type { StorageDescription } from "../../../app/storage/storage.ts";
import { readLedger } from "./sqlite-migration.ts";

const settings = [
  "journal_mode",
  "synchronous",
  "busy_timeout",
  "foreign_keys",
  "wal_autocheckpoint",
  "cache_size",
  "temp_store",
] as const;

/** What the connection is, with its settings as they read back. */
export function describeSqlite(db: Database.Database, folder: string): StorageDescription {
  const version = db.prepare<[], string>("select sqlite_version()").pluck().get() ?? "unknown";
  return {
    backend: "sqlite",
    version,
    schemaVersion: readLedger(db).at(-1)?.version ?? 0,
    location: folder,
    settings: Object.fromEntries(
      settings.map((name) => [name, String(db.pragma(name, { simple: true }))]),
    ),
  };
}
