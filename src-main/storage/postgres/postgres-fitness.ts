import { StorageError } from "../../../app/storage/storage-error.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import type { Query } from "./postgres-transaction.ts";

const oldestServer = 140_000;

/** What the settings of a session cannot mend. */
export async function refuseUnfit(query: Query, { shown }: DatabaseAddress): Promise<void> {
  const [server] = await query<FitnessRow>(fitness);
  if (server === undefined || server.number < oldestServer)
    throw new StorageError(
      "READ_ONLY",
      `The database server is PostgreSQL ${server?.version ?? "?"}; Handshake needs 14 or newer. Upgrade it.`,
    );
  if (server.encoding !== "UTF8")
    throw new StorageError(
      "READ_ONLY",
      `The encoding of the database in ${shown} is ${server.encoding}; Handshake needs UTF8, or results could not be saved as they are. Make another database for it, with encoding 'UTF8' template template0.`,
    );
  if (server.role !== "origin")
    throw new StorageError(
      "READ_ONLY",
      `session_replication_role is "${server.role}" in ${shown}, which turns off the checks of what is saved. Set it back to origin: alter database … reset session_replication_role, or alter role … reset session_replication_role.`,
    );
}

interface FitnessRow {
  readonly number: number;
  readonly version: string;
  readonly encoding: string;
  readonly role: string;
}

const fitness = {
  name: "fitness",
  text: `select current_setting('server_version_num')::int4 as number, current_setting('server_version') as version,
    current_setting('server_encoding') as encoding, current_setting('session_replication_role') as role`,
};
