import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import Database from "better-sqlite3";

/** The whole database in its one file, as its bytes. */
export function foldedTogether(file: string): Buffer {
  const db = new Database(file);
  db.pragma("wal_checkpoint(truncate)");
  db.close();
  return readFileSync(file);
}

export async function backUp(file: string, to: string): Promise<void> {
  const db = new Database(file, { readonly: true });
  await db.backup(to);
  db.close();
}

export function rootPageOf(file: string, table: string): number {
  const db = new Database(file, { readonly: true });
  try {
    return Number(
      db.prepare("select rootpage from sqlite_schema where name = ?").pluck().get(table),
    );
  } finally {
    db.close();
  }
}

export function overwritePage(file: string, page: number): void {
  const pageBytes = readFileSync(file).readUInt16BE(16);
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (page - 1) * pageBytes);
  closeSync(handle);
}
