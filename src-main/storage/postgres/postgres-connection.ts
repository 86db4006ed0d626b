import { Client, Pool, type PoolClient, type PoolConfig, type QueryResultRow } from "pg";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import { isWorthRepeating, storageErrorOf } from "./postgres-errors.ts";
import { requireOwnSession, type SessionSettings } from "./postgres-session.ts";
import {
  inTransaction,
  type Query,
  type Statement,
  type Transaction,
  type Value,
} from "./postgres-transaction.ts";
import { valueParsers } from "./postgres-values.ts";

export interface ConnectionOptions {
  readonly address: DatabaseAddress;
  /** At most as many connections that write, and as many that read. */
  readonly maxWriters: number;
  readonly maxReaders: number;
  /** A connection, or an answer, that takes longer has failed (IO). */
  readonly timeoutMs: number;
  /** Looks at each new connection before it is used; throws when it leads to other data. */
  readonly inspect: (query: Query) => Promise<void>;
}

export interface PostgresConnection {
  /** Reads on a connection of the readers. */
  read<T>(attempted: string, work: (query: Query) => Promise<T>): Promise<T>;
  /**
   * Writes in one transaction. `work` runs again when the server ended it for a conflict with another
   * transaction (40001, 40P01); after a few times that is BUSY.
   */
  write<T>(attempted: string, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Writes with one statement, which is a transaction of its own: one round trip. */
  writeAtOnce(attempted: string, statement: Statement, values: readonly Value[]): Promise<void>;
  close(): Promise<void>;
}

const mostRepeats = 5;

export function openPostgresConnection(options: ConnectionOptions): PostgresConnection {
  const { inspect, address, timeoutMs } = options;
  const writers = openPool(options, options.maxWriters, writerSettings);
  const readers = openPool(options, options.maxReaders);
  const inspected = new WeakSet<Client>();
  /** Once a session was ours, one that is not pauses work until its pooler is set right again. */
  let wasOurs = false;
  let closing: Promise<void> | null = null;

  async function withClient<T>(
    pool: Pool,
    attempted: string,
    work: (client: Client) => Promise<T>,
  ): Promise<T> {
    if (closing !== null)
      throw new StorageError("CLOSED", `${attempted}: the storage is closed. Open it again.`);
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw storageErrorOf(error, attempted);
    }
    let failure: Error | undefined;
    try {
      if (!inspected.has(client)) {
        await requireSession(client, pool);
        await inspect(queryOf(client, attempted));
        inspected.add(client);
      }
      return await work(client);
    } catch (error) {
      const known = storageErrorOf(error, attempted);
      if (isFatal(known) || (known instanceof Error && !inspected.has(client))) failure = known;
      throw known;
    } finally {
      client.release(failure);
    }
  }

  async function requireSession(client: Client, pool: Pool): Promise<void> {
    const settings = pool === writers ? writerSettings : {};
    try {
      await requireOurSession(client, { address, timeoutMs, settings });
      wasOurs = true;
    } catch (error) {
      if (!wasOurs || !(error instanceof StorageError) || error.code !== "DENIED") throw error;
      throw new StorageError("BUSY", error.message, { cause: error });
    }
  }

  /** Again when the server ended it for a conflict with another transaction. */
  async function write<T>(attempted: string, work: (client: Client) => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await withClient(writers, attempted, work);
      } catch (error) {
        if (!isWorthRepeating(error) || failures === mostRepeats) throw error;
      }
    }
  }

  return {
    read: (attempted, work) =>
      withClient(readers, attempted, (client) => work(queryOf(client, attempted))),
    write: (attempted, work) =>
      write(attempted, (client) => inTransaction(client, attempted, work)),
    async writeAtOnce(attempted, statement, values) {
      await write(attempted, (client) => queryOf(client, attempted)(statement, values));
    },
    close() {
      closing ??= Promise.all([writers.end(), readers.end()]).then(() => undefined);
      return closing;
    },
  };
}

function queryOf(client: Client, attempted: string): Query {
  return async <Row extends QueryResultRow>(
    { name, text }: Statement,
    values: readonly Value[] = [],
  ): Promise<readonly Row[]> => {
    try {
      return (await client.query<Row>({ name, text, values: [...values] })).rows;
    } catch (error) {
      throw storageErrorOf(error, attempted);
    }
  };
}

/** The connection, or what it leads to, cannot be used any more. */
function isFatal(error: unknown): error is StorageError {
  return (
    error instanceof StorageError &&
    (error.code === "IO" || error.code === "CORRUPT" || error.code === "READ_ONLY")
  );
}

/**
 * Statements are planned once, maybe while their tables are empty: by index alone, so that they stay right
 * when the tables have grown before the server's statistics have. A client that stops in a transaction
 * (SIGSTOP, a cut cable) loses it, and with it the locks that others wait for.
 */
export const writerSettings: SessionSettings = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  idle_in_transaction_session_timeout: "10s",
  lock_timeout: "10s",
};

/** What every session of ours is, whatever the server, the database or the role is set to: in UTC, in our schema, durable. */
function settingsOf({ schema }: DatabaseAddress, more: SessionSettings): SessionSettings {
  return {
    search_path: schema,
    timezone: "UTC",
    datestyle: "ISO, MDY",
    intervalstyle: "iso_8601",
    synchronous_commit: "on",
    jit: "off",
    standard_conforming_strings: "on",
    // A statement that waited for a row has to see what it became.
    default_transaction_isolation: "read committed",
    // Who listens, and a pool between two runs, is idle on purpose.
    idle_session_timeout: "0",
    ...more,
  };
}

function openPool(
  { address, timeoutMs }: ConnectionOptions,
  max: number,
  settings: SessionSettings = {},
): Pool {
  const pool = new Pool({
    ...clientConfig(address, timeoutMs, settings),
    max,
    idleTimeoutMillis: 60_000,
  });
  // Of an idle connection: the next user gets a new one. One in use fails its statements, too.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

interface SessionOptions {
  readonly address: DatabaseAddress;
  readonly timeoutMs: number;
  readonly settings?: SessionSettings;
}

/** A connection beside the pools, looked at as theirs are. Whoever asked for it ends it. */
export async function connectAlone({ address, timeoutMs }: SessionOptions): Promise<Client> {
  const client = new Client(clientConfig(address, timeoutMs));
  // A cut connection is found by the next statement, or by whoever listens for its end.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await requireOurSession(client, { address, timeoutMs });
    return client;
  } catch (error) {
    client.end().catch(() => undefined);
    throw storageErrorOf(error, "Could not connect");
  }
}

function requireOurSession(
  client: Client,
  { address, timeoutMs, settings = {} }: SessionOptions,
): Promise<void> {
  return requireOwnSession(client, {
    settings: settingsOf(address, settings),
    openOther: () => new Client(clientConfig(address, timeoutMs)),
  });
}

/** What every connection of ours asks for, and how it is watched. */
export function clientConfig(
  address: DatabaseAddress,
  timeoutMs: number,
  settings: SessionSettings = {},
): PoolConfig {
  return {
    connectionString: address.connectionString,
    options: Object.entries(settingsOf(address, settings))
      .map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`)
      .join(" "),
    application_name: "handshake",
    types: valueParsers(),
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  };
}
