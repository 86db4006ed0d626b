import type Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { HistoryReader } from "../history-copy.ts";
import type { HistoryRow } from "../history-tables.ts";
import { namedBlobs, type BlobFolder } from "./sqlite-blobs.ts";
import { selectHistory } from "./sqlite-history-sql.ts";

const pageRows = 500;
const pageBytes = 4 * 1024 * 1024;

/** Reads a whole history on a connection that has a transaction open. */
export function createHistoryReader(db: Database.Database, blobs: BlobFolder): HistoryReader {
  return {
    async countRows(table) {
      return db.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? 0;
    },
    async *readTable(table) {
      let page: HistoryRow[] = [];
      let bytes = 0;
      for (const row of db.prepare<[], HistoryRow>(selectHistory[table]).iterate()) {
        page.push(row);
        bytes += sizeOf(row);
        if (page.length < pageRows && bytes < pageBytes) continue;
        yield page;
        page = [];
        bytes = 0;
      }
      if (page.length > 0) yield page;
    },
    async *readLargePayloads() {
      for (const sha256 of db.prepare<[], string>(`${namedBlobs} order by 1`).pluck().iterate()) {
        const text = blobs.read(sha256);
        if (text === null)
          throw new StorageError(
            "DAMAGED",
            `The result blobs/${sha256} is missing. Nothing was copied. \`handshake doctor --full\` names its run; restore it from a backup.`,
          );
        yield { sha256, text };
      }
    },
  };
}

function sizeOf(row: HistoryRow): number {
  let size = 0;
  for (const value of Object.values(row)) size += typeof value === "string" ? value.length : 8;
  return size;
}
