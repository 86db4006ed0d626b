import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Storage } from "../../../app/storage/storage.ts";
import { readMigrations, refuseUnknownMigrations, versionOf } from "../migrate.ts";
import { openBlobFolder } from "./sqlite-blobs.ts";
import { dataPaths, openReader } from "./sqlite-database.ts";
import { storageErrorOf } from "./sqlite-errors.ts";
import { readLedger } from "./sqlite-migration.ts";
import { createPayloadReads } from "./sqlite-payload-reads.ts";
import { readMethods, type ReadingConnection } from "./sqlite-read-methods.ts";
import { createReads } from "./sqlite-reads.ts";
import { defaultMigrationsFolder } from "./sqlite-migrations-folder.ts";

export interface SqliteReaderOptions {
  readonly folder: string;
  readonly migrationsFolder?: string;
}

/**
 * Reads a data folder without owning it: beside a living owner, or when there is none. Makes nothing,
 * migrates nothing; every writing method rejects READ_ONLY. NOT_FOUND when no data was ever written.
 */
export async function openSqliteReader(options: SqliteReaderOptions): Promise<Storage> {
  const { folder } = options;
  const paths = dataPaths(folder);
  const migrations = readMigrations(options.migrationsFolder ?? defaultMigrationsFolder);
  const db = openReader(paths);
  const blobs = openBlobFolder(paths.blobs, undefined);
  let connection: ReadingConnection;
  try {
    const ledger = readLedger(db);
    refuseUnknownMigrations(ledger, migrations);
    refuseOlder(versionOf(ledger), migrations.length, folder);
    const reads = createReads(db);
    connection = { db, reads, getPayload: createPayloadReads(db, reads, blobs) };
  } catch (error) {
    db.close();
    throw storageErrorOf(error, `Could not read the data in ${folder}`);
  }

  async function perform<T>(attempted: string, work: (on: ReadingConnection) => T): Promise<T> {
    if (!db.open)
      throw new StorageError("CLOSED", `${attempted}: the storage is closed. Open it again.`);
    try {
      return work(connection);
    } catch (error) {
      throw storageErrorOf(error, attempted);
    }
  }

  const refuse = async (): Promise<never> => {
    throw new StorageError(
      "READ_ONLY",
      `The data in ${folder} is open for reading only. Start Handshake to change it.`,
    );
  };

  return {
    ...readMethods({ perform, blobs, folder, ownEpoch: () => null }),
    commit: refuse,
    createWorkflowRun: refuse,
    updateWorkflowRunStatus: refuse,
    createWorkflowNodeExecution: refuse,
    updateWorkflowNodeExecutionStatus: refuse,
    heartbeatWorkflow: refuse,
    putDefinition: refuse,
    appendLogs: refuse,
    registerInstance: refuse,
    markInstanceClean: refuse,
    recoverInterruptedRuns: refuse,
    putChildProcess: refuse,
    removeChildProcess: refuse,
    async close() {
      db.close();
    },
  };
}

function refuseOlder(version: number, known: number, folder: string): void {
  if (version === 0) throw new StorageError("NOT_FOUND", `There is no data in ${folder} yet.`);
  if (version >= known) return;
  throw new StorageError(
    "READ_ONLY",
    `The data in ${folder} is of an older version (schema ${version} of ${known}). Start Handshake once to upgrade it; it makes a backup first.`,
    { details: { schemaVersion: version } },
  );
}
