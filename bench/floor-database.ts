import { join } from "node:path";
import Database from "better-sqlite3";
import { preSizeWal } from "./pre-size-wal.ts";

/** A bare database with the product's settings: WAL, FULL, the same checkpoints and page cache. */
export function openFloorDatabase(floor: {
  readonly folder: string;
  readonly name: string;
  readonly schema: string;
}): Database.Database {
  const file = join(floor.folder, `${floor.name}.db`);
  const db = new Database(file);
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = full");
  db.pragma("wal_autocheckpoint = 1000");
  db.pragma("cache_size = -8192");
  db.pragma("temp_store = memory");
  const settings = [
    db.pragma("journal_mode", { simple: true }),
    db.pragma("synchronous", { simple: true }),
  ];
  if (settings.join() !== "wal,2")
    throw new Error(`The floor's settings read back ${settings.join()}.`);
  // Also opens the log, which must stay open for its size to stay.
  db.exec(floor.schema);
  preSizeWal(file);
  return db;
}
