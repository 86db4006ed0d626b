import type { LedgerEntry, MigrationTarget } from "../migrate.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import type { Query, Transaction } from "./postgres-transaction.ts";

export interface PostgresMigrationOptions {
  readonly connection: PostgresConnection;
  readonly address: DatabaseAddress;
  readonly appVersion: string;
}

/**
 * Migrates the tables of one schema. Each step is one transaction, which begins by waiting for an advisory
 * lock: of several apps that start at once one migrates and the others find it done. Backups of a server
 * are its administrator's; the app makes none.
 */
export function postgresMigrationTarget(options: PostgresMigrationOptions): MigrationTarget {
  const { connection, appVersion } = options;
  const { shown } = options.address;
  return {
    readLedger: () => connection.read("Could not read the schema's version", readLedger),
    backup: () => undefined,
    async apply({ expectedVersion, script, ledger }) {
      await connection.write(`Could not make the tables in ${shown}`, async (transaction) => {
        const { query } = transaction;
        const before = await ledgerWhileNobodyMigrates(query, options.address);
        if ((before.at(-1)?.version ?? 0) !== expectedVersion) return;
        await makeTables(transaction, options.address, script);
        if ("put" in ledger) {
          const { version, name, checksum, minWriterVersion } = ledger.put;
          await query(putEntry, [version, name, checksum, appVersion, minWriterVersion]);
        } else {
          await query(removeEntry, [ledger.remove]);
        }
      });
    },
  };
}

/** Waits for whoever migrates the schema; until the transaction ends nobody else does. */
export async function ledgerWhileNobodyMigrates(
  query: Query,
  { schema }: DatabaseAddress,
): Promise<readonly LedgerEntry[]> {
  await query(lock, [`handshake migrate ${schema}`]);
  return readLedger(query);
}

/** A migration's script, in the schema that it is for. */
export async function makeTables(
  { run }: Transaction,
  { schema }: DatabaseAddress,
  script: string,
): Promise<void> {
  await run(`create schema if not exists "${schema}"`);
  await run(ledgerTable);
  await run(script);
}

/** Empty when the schema has no ledger yet. */
export async function readLedger(query: Query): Promise<readonly LedgerEntry[]> {
  const [found] = await query<{ exists: boolean }>(ledgerExists);
  return found?.exists === true ? query<LedgerEntry & object>(selectLedger) : [];
}

const lock = {
  name: "migrate_lock",
  text: "select pg_advisory_xact_lock(hashtextextended($1, 0))",
};

const ledgerExists = {
  name: "ledger_exists",
  text: "select to_regclass(current_schema() || '.schema_migration') is not null as exists",
};

const selectLedger = {
  name: "ledger",
  text: `select version, name, checksum, app_version as "appVersion", min_writer_version as "minWriterVersion"
    from schema_migration order by version`,
};

const putEntry = {
  name: "ledger_put",
  text: `insert into schema_migration (version, name, checksum, app_version, min_writer_version)
    values ($1, $2, $3, $4, $5)`,
};

const removeEntry = {
  name: "ledger_remove",
  text: "delete from schema_migration where version = $1",
};

const ledgerTable = `
  create table if not exists schema_migration (
    version integer primary key,
    name text not null,
    checksum text not null,
    app_version text not null,
    min_writer_version integer not null,
    applied_at timestamptz not null default clock_timestamp()
  )`;
