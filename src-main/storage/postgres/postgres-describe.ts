import type { StorageDescription } from "../../../app/storage/storage.ts";
import { versionOf } from "../migrate.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import { readLedger } from "./postgres-migration.ts";
import type { Query } from "./postgres-transaction.ts";

const settings = [
  "synchronous_commit",
  "fsync",
  "full_page_writes",
  "data_checksums",
  "default_transaction_isolation",
  "lock_timeout",
  "idle_session_timeout",
  "ssl",
  "max_connections",
  "in_hot_standby",
] as const;

/** What the server is, with its settings as they read back. */
export async function describePostgres(
  query: Query,
  { shown }: DatabaseAddress,
): Promise<StorageDescription> {
  const [server] = await query<{ version: string; encrypted: boolean }>(serverVersion);
  const values = await query<{ name: string; setting: string }>(readSettings, [settings]);
  return {
    backend: "postgres",
    version: server?.version ?? "unknown",
    schemaVersion: versionOf(await readLedger(query)),
    location: shown,
    settings: {
      ...Object.fromEntries(values.map(({ name, setting }) => [name, setting])),
      tls: server?.encrypted === true ? "on" : "off",
    },
  };
}

const serverVersion = {
  name: "server_version",
  text: `select current_setting('server_version') as version,
    coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted`,
};

const readSettings = {
  name: "settings",
  text: "select name, coalesce(setting, '') as setting from pg_settings where name = any ($1::text[]) order by name",
};
