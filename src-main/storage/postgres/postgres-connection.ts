import { Pool, type Client, type PoolClient, type PoolConfig, type QueryResultRow } from "pg";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import { isWorthRepeating, storageErrorOf } from "./postgres-errors.ts";
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
  const { inspect } = options;
  const writers = openPool(options, options.maxWriters, writerSettings);
  const readers = openPool(options, options.maxReaders, "");
  const inspected = new WeakSet<Client>();
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
        await inspect(queryOf(client, attempted));
        inspected.add(client);
      }
      return await work(client);
    } catch (error) {
      const known = storageErrorOf(error, attempted);
      if (isFatal(known)) failure = known;
      throw known;
    } finally {
      client.release(failure);
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
export const writerSettings =
  "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off " +
  "-c idle_in_transaction_session_timeout=10s -c lock_timeout=10s";

function openPool({ address, timeoutMs }: ConnectionOptions, max: number, settings: string): Pool {
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

/** What every connection of ours is: in UTC, in our schema, durable, watched. */
export function clientConfig(
  { connectionString, schema }: DatabaseAddress,
  timeoutMs: number,
  settings = "",
): PoolConfig {
  return {
    connectionString,
    options:
      `-c search_path=${schema} -c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 ` +
      `-c synchronous_commit=on -c jit=off -c standard_conforming_strings=on ${settings}`.trimEnd(),
    application_name: "handshake",
    types: valueParsers(),
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  };
}
