import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Storage } from "../../../app/storage/storage.ts";
import { readMigrations, refuseUnknownMigrations, versionOf } from "../migrate.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { openPostgresConnection } from "./postgres-connection.ts";
import { readLedger } from "./postgres-migration.ts";
import { defaultMigrationsFolder } from "./postgres-migrations-folder.ts";
import { readMethods } from "./postgres-read-methods.ts";

export interface PostgresReaderOptions {
  readonly url: string;
  readonly migrationsFolder?: string;
  readonly maxReaders?: number;
  readonly timeoutMs?: number;
}

/**
 * Reads a database without taking part: makes nothing, migrates nothing; every writing method rejects
 * READ_ONLY. NOT_FOUND when no data was ever written there.
 */
export async function openPostgresReader(options: PostgresReaderOptions): Promise<Storage> {
  const address = parseDatabaseAddress(options.url);
  const migrations = readMigrations(options.migrationsFolder ?? defaultMigrationsFolder);
  const connection = openPostgresConnection({
    address,
    maxWriters: 1,
    maxReaders: options.maxReaders ?? 2,
    timeoutMs: options.timeoutMs ?? 30_000,
    inspect: async () => undefined,
  });
  try {
    const ledger = await connection.read(`Could not open ${address.shown}`, readLedger);
    refuseUnknownMigrations(ledger, migrations);
    refuseOlder(versionOf(ledger), migrations.length, address.shown);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const refuse = async (): Promise<never> => {
    throw new StorageError(
      "READ_ONLY",
      `The data in ${address.shown} is open for reading only. Start Handshake to change it.`,
    );
  };
  return {
    ...readMethods({ connection, address, ownEpoch: () => null }),
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
    close: () => connection.close(),
  };
}

function refuseOlder(version: number, known: number, shown: string): void {
  if (version === 0) throw new StorageError("NOT_FOUND", `There is no data in ${shown} yet.`);
  if (version >= known) return;
  throw new StorageError(
    "READ_ONLY",
    `The data in ${shown} is of an older version (schema ${version} of ${known}). Start Handshake once to upgrade it.`,
    { details: { schemaVersion: version } },
  );
}
