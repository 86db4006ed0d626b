import type Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { HistorySource, HistoryTarget, HistoryWriter } from "../history-copy.ts";
import { historyTableNames, type HistoryRow, type HistoryTable } from "../history-tables.ts";
import { openBlobFolder, type BlobFolder } from "./sqlite-blobs.ts";
import { dataPaths, openReader, openWriter } from "./sqlite-database.ts";
import { storageErrorOf } from "./sqlite-errors.ts";
import { createHistoryReader } from "./sqlite-history-reader.ts";
import { insertHistory } from "./sqlite-history-sql.ts";
import { highWaterFile } from "./sqlite-high-water.ts";
import { openSqliteReader } from "./sqlite-reader.ts";
import { createReads } from "./sqlite-reads.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";
import { verifySqlite } from "./sqlite-verify.ts";

/** The history of a data folder whose lock the caller holds: nobody adds to it meanwhile. */
export async function openSqliteHistorySource(folder: string): Promise<HistorySource> {
  // Checks that this app knows the schema.
  await (await openSqliteReader({ folder })).close();
  const paths = dataPaths(folder);
  const db = openReader(paths);
  const blobs = openBlobFolder(paths.blobs, undefined);
  return {
    shown: folder,
    async read(work) {
      try {
        db.exec("begin");
        refuseUnfinishedRecovery(db, folder);
        const result = await work(createHistoryReader(db, blobs));
        db.exec("commit");
        return result;
      } catch (error) {
        if (db.inTransaction) db.exec("rollback");
        throw storageErrorOf(error, `Could not read the history in ${folder}`);
      }
    },
    async close() {
      db.close();
    },
  };
}

export interface SqliteHistoryTargetOptions {
  /** Made where it is missing; the caller holds its lock. */
  readonly folder: string;
  readonly appVersion: string;
}

/** An empty data folder that becomes the copy of a history. */
export async function openSqliteHistoryTarget({
  folder,
  appVersion,
}: SqliteHistoryTargetOptions): Promise<HistoryTarget> {
  // Makes or migrates the tables, and checks that nothing known is missing.
  await (await openSqliteStorage({ folder, appVersion })).close();
  const paths = dataPaths(folder);
  const db = openWriter(paths);
  const blobs = openBlobFolder(paths.blobs, undefined);
  return {
    shown: folder,
    async fill(work) {
      try {
        db.exec("begin immediate");
        requireEmpty(db, folder);
        db.exec("delete from engine_instance; delete from workflow_definition");
        db.exec("insert into history_copy (only_row) values (1)");
        const result = await work(createHistoryWriter(db, blobs));
        db.exec("delete from history_copy");
        const runs = db.prepare<[], { runId: string; lastSeq: number }>(newestRuns).all();
        db.exec("commit");
        // Last: a mark must not promise what was not committed.
        highWaterFile(paths.highWater).write({ runs });
        return result;
      } catch (error) {
        if (db.inTransaction) db.exec("rollback");
        throw storageErrorOf(error, `Could not write the history into ${folder}`);
      }
    },
    async close() {
      db.close();
    },
  };
}

const newestRuns = `select run_id as runId, last_seq as lastSeq
  from (select * from workflow_run order by id desc limit 200) order by id`;

function createHistoryWriter(db: Database.Database, blobs: BlobFolder): HistoryWriter {
  const inserts = new Map<HistoryTable, Database.Statement<[HistoryRow]>>(
    historyTableNames.map((table) => [table, db.prepare<[HistoryRow]>(insertHistory[table])]),
  );
  return {
    ...createHistoryReader(db, blobs),
    async writeRows(table, rows) {
      const insert = inserts.get(table);
      for (const row of rows) insert?.run(row);
    },
    async writeLargePayload({ sha256, text }) {
      // Durable before the COMMIT of the rows that name it.
      blobs.put({ sha256, text, bytes: Buffer.byteLength(text) });
    },
    finish: async () => verifySqlite({ db, reads: createReads(db), blobs, quick: false }),
  };
}

function requireEmpty(db: Database.Database, folder: string): void {
  const runs = db.prepare<[], number>("select count(*) from workflow_run").pluck().get() ?? 0;
  if (runs === 0) return;
  throw new StorageError(
    "CONSTRAINT",
    `There are ${runs} runs in ${folder} already; a history is only copied to where there is none. Name an empty folder.`,
    { details: { runs } },
  );
}

function refuseUnfinishedRecovery(db: Database.Database, folder: string): void {
  const running =
    db
      .prepare<[], number>("select count(*) from workflow_run where status = 'running'")
      .pluck()
      .get() ?? 0;
  const children = db.prepare<[], number>("select count(*) from child_process").pluck().get() ?? 0;
  if (running === 0 && children === 0) return;
  throw new StorageError(
    "CONSTRAINT",
    `In ${folder} a crash left ${running} runs as running and ${children} child processes. Recover first: \`handshake recover --data ${folder}\`; then copy.`,
    { details: { running, children } },
  );
}
