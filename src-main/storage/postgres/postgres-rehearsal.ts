import { readMigrations, refuseUnknownMigrations } from "../migrate.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { openPostgresConnection } from "./postgres-connection.ts";
import { refuseUnfit } from "./postgres-fitness.ts";
import { ledgerWhileNobodyMigrates, makeTables } from "./postgres-migration.ts";
import { defaultMigrationsFolder } from "./postgres-migrations-folder.ts";

/**
 * Finds out whether a start could use a database: an empty one has our tables made and taken back, in one
 * transaction; one with tables of ours is left as it is, for the start to migrate. Gives the address without its
 * password. Throws StorageErrors that say what to do.
 */
export async function rehearseOpening({ url }: { readonly url: string }): Promise<string> {
  const address = parseDatabaseAddress(url);
  const { shown } = address;
  const migrations = readMigrations(defaultMigrationsFolder);
  const connection = openPostgresConnection({
    address,
    maxWriters: 1,
    maxReaders: 1,
    timeoutMs: 30_000,
    inspect: async () => undefined,
  });
  try {
    await connection.read(`Could not open ${shown}`, (query) => refuseUnfit(query, address));
    await connection.write(`Could not make the tables in ${shown}`, async (transaction) => {
      const ledger = await ledgerWhileNobodyMigrates(transaction.query, address);
      refuseUnknownMigrations(ledger, migrations);
      if (ledger.length === 0)
        for (const { up } of migrations) await makeTables(transaction, address, up);
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  } finally {
    await connection.close();
  }
  return shown;
}

/** Ends a transaction that is not to stay. */
class TakenBack extends Error {
  constructor() {
    super("taken back");
  }
}
