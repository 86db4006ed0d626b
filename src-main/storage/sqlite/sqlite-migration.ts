import type Database from "better-sqlite3";
import type { LedgerEntry, MigrationTarget } from "../migrate.ts";
import { applicationId } from "./sqlite-database.ts";

export interface SqliteMigrationOptions {
  readonly db: Database.Database;
  readonly appVersion: string;
  readonly now: () => number;
  readonly backup: (reason: string) => void;
  /** For fault tests: called between the statements. */
  readonly crashPoint?: ((name: string) => void) | undefined;
}

/** Migrates a SQLite file: each step is one transaction, under the write lock from its first statement. */
export function sqliteMigrationTarget(options: SqliteMigrationOptions): MigrationTarget {
  const { db, appVersion, now, backup, crashPoint } = options;
  return {
    readLedger: () => readLedger(db),
    backup,
    apply({ expectedVersion, script, ledger }) {
      db.exec("begin immediate");
      try {
        if (newestVersion(db) !== expectedVersion) return;
        crashPoint?.("migration: begun");
        db.exec(ledgerTable);
        db.pragma(`application_id = ${applicationId}`);
        db.exec(script);
        crashPoint?.("migration: script done");
        if ("put" in ledger) {
          const { version, name, checksum, minWriterVersion } = ledger.put;
          db.prepare(
            "insert into schema_migration (version, name, checksum, app_version, min_writer_version, applied_at) values (?, ?, ?, ?, ?, ?)",
          ).run(
            version,
            name,
            checksum,
            appVersion,
            minWriterVersion,
            new Date(now()).toISOString(),
          );
        } else {
          db.prepare("delete from schema_migration where version = ?").run(ledger.remove);
        }
        const broken = db.pragma("foreign_key_check");
        if (Array.isArray(broken) && broken.length > 0) {
          throw new Error(`the migration leaves ${broken.length} rows that refer to nothing`);
        }
        crashPoint?.("migration: before commit");
        db.exec("commit");
        crashPoint?.("migration: committed");
      } finally {
        if (db.inTransaction) db.exec("rollback");
      }
    },
  };
}

/** Empty when the file has no ledger yet. */
export function readLedger(db: Database.Database): readonly LedgerEntry[] {
  const exists = db
    .prepare("select 1 from sqlite_schema where type = 'table' and name = 'schema_migration'")
    .get();
  if (exists === undefined) return [];
  return db
    .prepare<[], LedgerEntry>(
      "select version, name, checksum, app_version as appVersion, min_writer_version as minWriterVersion from schema_migration order by version",
    )
    .all();
}

function newestVersion(db: Database.Database): number {
  return readLedger(db).at(-1)?.version ?? 0;
}

const ledgerTable = `
  create table if not exists schema_migration (
    version integer primary key,
    name text not null,
    checksum text not null,
    app_version text not null,
    min_writer_version integer not null,
    applied_at text not null
  ) strict`;
