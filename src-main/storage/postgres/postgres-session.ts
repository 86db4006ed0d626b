import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { StorageError } from "../../../app/storage/storage-error.ts";

/** What a session of ours is set to, by the names and in the words of the server. */
export type SessionSettings = Readonly<Record<string, string>>;

/** NOTIFY arrives in milliseconds. After so long it never does. */
const hearWithinMs = 5_000;

/**
 * Looks at a connection that was just made, before anything else is done on it. It was asked for with
 * `settings`, which a pooler may ignore: then they are made here. And it has to be one session of the server
 * for as long as it is open, which it is not behind a pooler in transaction mode: DENIED.
 */
export async function requireOwnSession(
  client: Client,
  options: {
    readonly settings: SessionSettings;
    /** Another connection to the same address, not connected yet; only used behind a pooler. */
    readonly openOther: () => Client;
  },
): Promise<void> {
  const { settings, openOther } = options;
  const names = Object.keys(settings);
  const asked = names.map((name) => `current_setting('${name}') as ${name}`);
  const { rows } = await client
    .query<Record<string, string | number>>(
      `select pg_backend_pid() as backend_pid, ${asked.join(", ")}`,
    )
    .catch(orNoAnswer);
  const found = rows[0] ?? {};
  // A server names the process that serves a connection; a pooler makes something up.
  if (found["backend_pid"] !== announcedPid(client)) await requireOneSession(client, openOther);
  const wrong = names.filter((name) => found[name] !== settings[name]);
  if (wrong.length > 0) await makeSettings(client, settings, wrong);
}

async function makeSettings(
  client: Client,
  settings: SessionSettings,
  names: readonly string[],
): Promise<void> {
  const made = names.map((name, index) => `set_config('${name}', $${index + 1}, false) as ${name}`);
  const values = names.map((name) => settings[name]);
  const { rows } = await client.query<Record<string, string>>(`select ${made.join(", ")}`, values);
  const wrong = names.find((name) => rows[0]?.[name] !== settings[name]);
  if (wrong !== undefined)
    throw new StorageError(
      "DENIED",
      `The database server leaves ${wrong} at "${rows[0]?.[wrong] ?? ""}", where Handshake needs "${settings[wrong] ?? ""}". Is there a pooler or a proxy before it? Give the address of the server itself.`,
    );
}

/**
 * A session that listens hears what another one tells while it asks nothing itself. In transaction mode no
 * session is kept for it then, and the notice reaches nobody.
 */
async function requireOneSession(client: Client, openOther: () => Client): Promise<void> {
  const channel = `handshake_${randomUUID().replaceAll("-", "")}`;
  const told = Promise.withResolvers<boolean>();
  const hear = (notice: { readonly channel: string }): void => {
    if (notice.channel === channel) told.resolve(true);
  };
  client.on("notification", hear);
  const other = openOther();
  other.on("error", () => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    await client.query(`listen ${channel}`);
    await other.connect();
    await other.query(`notify ${channel}`).catch(orNoAnswer);
    timer = setTimeout(() => told.resolve(false), hearWithinMs);
    if (!(await told.promise)) throw sharedSession();
    await client.query(`unlisten ${channel}`);
  } finally {
    clearTimeout(timer);
    client.off("notification", hear);
    other.end().catch(() => undefined);
  }
}

/** A pooler takes a connection before it has one to the server for it. */
function orNoAnswer(error: unknown): never {
  if (!(error instanceof Error) || error.message !== "Query read timeout") throw error;
  throw new StorageError(
    "IO",
    "The connection was made, but nothing is answered on it; nothing acknowledged was lost. Check the database server and the network to it. A pooler between may have too few connections to it: default_pool_size has to hold 10 for each window and worker, and one more.",
    { cause: error },
  );
}

function sharedSession(): StorageError {
  return new StorageError(
    "DENIED",
    "The pooler before the database server keeps no session for a connection of Handshake (transaction or statement mode). Nothing was written. Set pool_mode = session for this database in the pooler, or give the address of the server itself.",
  );
}

/** The driver has it, its types do not. */
function announcedPid(client: Client): unknown {
  return "processID" in client ? client.processID : null;
}
