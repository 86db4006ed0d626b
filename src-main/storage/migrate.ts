import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../../app/storage/storage-error.ts";

/** One numbered step of the schema, as released. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of `up` with line ends as \n. */
  readonly checksum: string;
  /** The oldest schema version whose app may still write: from a line `-- min-writer: 3`, else its own. */
  readonly minWriterVersion: number;
}

/** A line of the ledger table: a migration that this data has had. */
export interface LedgerEntry {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly appVersion: string;
  readonly minWriterVersion: number;
}

/** What a backend does for its migrations; everything else is the same for all. */
export interface MigrationTarget {
  /** Empty when there is no ledger yet; makes nothing. */
  readLedger(): readonly LedgerEntry[] | Promise<readonly LedgerEntry[]>;
  /** Before the first change of data that is there. */
  backup(reason: string): void | Promise<void>;
  /**
   * Runs `script` in one transaction with its ledger line (`put` or `remove`), but only if, seen under
   * the lock, the ledger still ends with `expectedVersion`; else does nothing: another process was first.
   */
  apply(step: MigrationStep): void | Promise<void>;
}

export interface MigrationStep {
  readonly expectedVersion: number;
  readonly script: string;
  readonly ledger: { readonly put: Omit<LedgerEntry, "appVersion"> } | { readonly remove: number };
}

/** Reads `0001-initial.sql` and `0001-initial.down.sql`, …, by number, without gaps. */
export function readMigrations(folder: string): readonly Migration[] {
  const files = readdirSync(folder).filter((file) => /^\d{4}-.+(?<!\.down)\.sql$/.test(file));
  return files.sort().map((file, index) => {
    const version = Number.parseInt(file, 10);
    if (version !== index + 1)
      throw new Error(`${folder}: expected migration ${index + 1}, found ${file}`);
    const up = readScript(join(folder, file));
    const minWriter = /^-- min-writer: (\d+)$/m.exec(up)?.[1];
    return {
      version,
      name: file.slice(5, -4),
      up,
      down: readScript(join(folder, file.replace(/\.sql$/, ".down.sql"))),
      checksum: createHash("sha256").update(up).digest("hex"),
      minWriterVersion: minWriter === undefined ? version : Number(minWriter),
    };
  });
}

/**
 * Brings the data to the newest version. Safe to repeat and to run in several processes at once.
 * NEWER_SCHEMA, with nothing written, when the data is newer than this app may write, or when a
 * released migration differs from the one that the data has had.
 */
export async function migrateUp(
  target: MigrationTarget,
  migrations: readonly Migration[],
  onStep: (step: { readonly number: number; readonly of: number }) => void = () => undefined,
): Promise<number> {
  const before = await target.readLedger();
  refuseUnknownMigrations(before, migrations);
  const at = versionOf(before);
  const pending = migrations.filter((migration) => migration.version > at);
  if (pending.length > 0 && at > 0) await target.backup(`before-schema-${migrations.length}`);
  for (const [index, migration] of pending.entries()) {
    const { version, name, checksum, minWriterVersion } = migration;
    // New data is made, not changed: nobody waits for that.
    if (at > 0) onStep({ number: index + 1, of: pending.length });
    await target.apply({
      expectedVersion: version - 1,
      script: migration.up,
      ledger: { put: { version, name, checksum, minWriterVersion } },
    });
  }
  const after = await target.readLedger();
  refuseUnknownMigrations(after, migrations);
  return versionOf(after);
}

/** Goes back to `version` (0: empty), newest first, after a backup. */
export async function migrateDown(
  target: MigrationTarget,
  migrations: readonly Migration[],
  version: number,
): Promise<number> {
  const ledger = await target.readLedger();
  refuseUnknownMigrations(ledger, migrations);
  const undone = migrations.filter(
    (migration) => migration.version > version && migration.version <= versionOf(ledger),
  );
  if (undone.length > 0) await target.backup(`before-schema-${version}`);
  for (const migration of undone.toReversed()) {
    await target.apply({
      expectedVersion: migration.version,
      script: migration.down,
      ledger: { remove: migration.version },
    });
  }
  return versionOf(await target.readLedger());
}

export function versionOf(ledger: readonly LedgerEntry[]): number {
  return ledger.reduce((newest, { version }) => Math.max(newest, version), 0);
}

/** NEWER_SCHEMA when this app may not write (or cannot understand) the data. */
export function refuseUnknownMigrations(
  ledger: readonly LedgerEntry[],
  migrations: readonly Migration[],
): void {
  for (const entry of ledger) {
    const known = migrations[entry.version - 1];
    if (known === undefined) {
      if (entry.minWriterVersion <= migrations.length) continue;
      throw new StorageError(
        "NEWER_SCHEMA",
        `This data was written by Handshake ${entry.appVersion} (schema ${entry.version}); this app knows ` +
          `schema ${migrations.length}. Nothing was changed. Update Handshake, or open the backup from before.`,
        { details: { appVersion: entry.appVersion, schemaVersion: entry.version } },
      );
    }
    if (known.checksum === entry.checksum) continue;
    throw new StorageError(
      "NEWER_SCHEMA",
      `Migration ${entry.version} (${entry.name}) of this app is not the one that made this data ` +
        `(Handshake ${entry.appVersion}). Nothing was changed. Install an unmodified release.`,
      { details: { appVersion: entry.appVersion, schemaVersion: entry.version } },
    );
  }
}

function readScript(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
}
