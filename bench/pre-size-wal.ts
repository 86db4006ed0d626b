import { statSync } from "node:fs";
import Database from "better-sqlite3";

const megabytes = 16;

export const preSizing = `both write-ahead logs were grown to ${megabytes} MB before, by a transaction that was rolled back`;

/**
 * Grows the write-ahead log of a database that is open elsewhere in this process: the side that writes
 * fewer pages would else pay for growing its log while the other one has long done so. The database
 * itself stays as it is.
 */
export function preSizeWal(file: string): void {
  const db = new Database(file);
  try {
    // So few pages that the rest goes to the log before the commit that never comes.
    db.pragma("cache_size = 10");
    db.exec("begin immediate");
    db.exec("create table pre_size (bytes blob not null)");
    const insert = db.prepare("insert into pre_size (bytes) values (zeroblob(1048576))");
    for (let written = 0; written <= megabytes; written += 1) insert.run();
    db.exec("rollback");
  } finally {
    db.close();
  }
  const bytes = statSync(`${file}-wal`).size;
  if (bytes < megabytes * 1_048_576)
    throw new Error(`The log has ${bytes} bytes after pre-sizing.`);
}
