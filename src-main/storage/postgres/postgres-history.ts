import { StorageError } from "../../../app/storage/storage-error.ts";
import type { HistorySource, HistoryTarget, HistoryWriter } from "../history-copy.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { sendChunks } from "./postgres-chunks.ts";
import { openPostgresConnection, type PostgresConnection } from "./postgres-connection.ts";
import { createHistoryReader, settledQuery } from "./postgres-history-reader.ts";
import { insertHistory } from "./postgres-history-sql.ts";
import { leaseSecs } from "./postgres-instances.ts";
import { openPostgresReader } from "./postgres-reader.ts";
import { openPostgresStorage } from "./postgres-storage.ts";
import type { Query, Transaction } from "./postgres-transaction.ts";
import { verifyPostgres } from "./postgres-verify.ts";

/** The history of a database on which no engine works. */
export async function openPostgresHistorySource(url: string): Promise<HistorySource> {
  // Checks that there is a history, of a schema that this app knows.
  await (await openPostgresReader({ url })).close();
  const { connection, shown } = openCopyConnection(url);
  return {
    shown,
    read: (work) =>
      connection.write(`Could not read the history in ${shown}`, async (transaction) => {
        await transaction.run("set transaction isolation level repeatable read, read only");
        await transaction.run(withoutIdleLimit);
        await refuseWorkingEngine(transaction.query, shown);
        await refuseUnfinishedRecovery(transaction.query, shown);
        return work(createHistoryReader(transaction));
      }),
    close: () => connection.close(),
  };
}

export interface PostgresHistoryTargetOptions {
  readonly url: string;
  readonly appVersion: string;
}

/** A database without runs that becomes the copy of a history; its tables are made where they are missing. */
export async function openPostgresHistoryTarget({
  url,
  appVersion,
}: PostgresHistoryTargetOptions): Promise<HistoryTarget> {
  await (await openPostgresStorage({ url, appVersion })).close();
  const { connection, shown } = openCopyConnection(url);
  return {
    shown,
    fill: (work) =>
      connection.write(`Could not write the history into ${shown}`, async (transaction) => {
        await transaction.run(withoutIdleLimit);
        // No engine registers, no run is created until this ends.
        await transaction.run(
          "lock table engine_instance, workflow_definition, job, workflow_run in share row exclusive mode",
        );
        await requireEmpty(transaction.query, shown);
        await refuseWorkingEngine(transaction.query, shown);
        await transaction.run("set local handshake.copying = 'on'");
        await transaction.run(emptyRest);
        const result = await work(createHistoryWriter(transaction));
        await transaction.run("set local handshake.copying = 'off'");
        return result;
      }),
    close: () => connection.close(),
  };
}

function openCopyConnection(url: string): { connection: PostgresConnection; shown: string } {
  const address = parseDatabaseAddress(url);
  const connection = openPostgresConnection({
    address,
    maxWriters: 1,
    maxReaders: 1,
    // For one statement: checking all counts of a large history takes its time.
    timeoutMs: 600_000,
    inspect: async () => undefined,
  });
  return { connection, shown: address.shown };
}

function createHistoryWriter(transaction: Transaction): HistoryWriter {
  const query = settledQuery(transaction);
  return {
    ...createHistoryReader(transaction),
    async writeRows(table, rows) {
      insertHistory[table].send(transaction, rows);
      await transaction.settle();
    },
    async writeLargePayload({ sha256, text }) {
      sendChunks(transaction, [{ sha256, text, bytes: Buffer.byteLength(text) }]);
      await transaction.settle();
    },
    async finish() {
      await query(countRuns);
      await query(raiseEpoch);
      await query(raiseLogNumber);
      return verifyPostgres(query, { quick: false });
    },
  };
}

async function requireEmpty(query: Query, shown: string): Promise<void> {
  const [row] = await query<{ runs: number }>({
    name: "copy_runs",
    text: "select count(*) as runs from workflow_run",
  });
  const runs = row?.runs ?? 0;
  if (runs === 0) return;
  throw new StorageError(
    "CONSTRAINT",
    `There are ${runs} runs in ${shown} already; a history is only copied to where there is none. Name an empty database or schema.`,
    { details: { runs } },
  );
}

/** IN_USE while an engine may write: its process lives, or its lease has not run out yet. */
async function refuseWorkingEngine(query: Query, shown: string): Promise<void> {
  const [engine] = await query<{ kind: string; pid: number; machine_id: string }>(workingEngine, [
    leaseSecs,
  ]);
  if (engine === undefined) return;
  const { kind, pid } = engine;
  throw new StorageError(
    "IN_USE",
    `${kind} (pid ${pid}) works on ${shown}, or did until a moment ago. Quit every Handshake that uses this database; one that was killed is known to be gone after ${leaseSecs} s.`,
    { details: { kind, pid, machineId: engine.machine_id } },
  );
}

async function refuseUnfinishedRecovery(query: Query, shown: string): Promise<void> {
  const [row] = await query<{ running: number; children: number }>(unfinishedRecovery);
  const { running, children } = row ?? { running: 0, children: 0 };
  if (running === 0 && children === 0) return;
  throw new StorageError(
    "CONSTRAINT",
    `In ${shown} a crash left ${running} runs as running and ${children} child processes. Recover first: \`handshake recover --database\` with this address, on the machine where they ran; then copy.`,
    { details: { running, children } },
  );
}

// The other side of the copy may take long, and this one waits for it.
const withoutIdleLimit = "set local idle_in_transaction_session_timeout = 0";

/** What engines left that ran no workflow here. */
const emptyRest =
  "delete from limit_share; delete from engine_lease; delete from engine_instance; delete from workflow_definition; delete from run_count";

const workingEngine = {
  name: "copy_working_engine",
  text: `select i.kind, i.pid, i.machine_id from engine_lease l join engine_instance i on i.epoch = l.epoch
    where i.clean_at is null and i.fenced_at is null
      and greatest(l.expires_at, server_started_at() + make_interval(secs => $1)) >= clock_timestamp()
    order by l.epoch desc limit 1`,
};

const unfinishedRecovery = {
  name: "copy_unfinished_recovery",
  text: `select (select count(*) from workflow_run where status = 'running') as running,
    (select count(*) from child_process) as children`,
};

const countRuns = {
  name: "copy_count_runs",
  text: `insert into run_count (shard, status, runs) select 0, status, count(*) from workflow_run group by status`,
};

const raise = (table: string, column: string): string => `
  select setval(s.name, greatest(m.newest, coalesce(pg_sequence_last_value(s.name), 0)))
  from (select pg_get_serial_sequence('${table}', '${column}')::regclass as name) s,
    (select max(${column}) as newest from ${table}) m
  where m.newest is not null`;

// The next engine's epoch is above every one that a history names.
const raiseEpoch = { name: "copy_raise_epoch", text: raise("engine_instance", "epoch") };
const raiseLogNumber = { name: "copy_raise_log_number", text: raise("node_log", "number") };
