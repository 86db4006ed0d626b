import { fileURLToPath } from "node:url";
import type { Change } from "../../../app/storage/change.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { GroupOutcome, SingleChange, Storage } from "../../../app/storage/storage.ts";
import { migrateUp, readMigrations } from "../migrate.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { createCommit } from "./postgres-commit.ts";
import { openPostgresConnection } from "./postgres-connection.ts";
import { describePostgres } from "./postgres-describe.ts";
import { createIdentityCheck } from "./postgres-identity.ts";
import { createInstances } from "./postgres-instances.ts";
import { postgresMigrationTarget } from "./postgres-migration.ts";
import { getPayload } from "./postgres-payload-reads.ts";
import { createReads, type Reads } from "./postgres-reads.ts";
import { createRecovery } from "./postgres-recovery.ts";
import { listRuns } from "./postgres-run-lists.ts";
import { createSchedulerReads } from "./postgres-scheduler-reads.ts";
import { createSideWriter } from "./postgres-side-writer.ts";
import { verifyPostgres } from "./postgres-verify.ts";

export interface PostgresStorageOptions {
  /** postgresql://user:password@host:5432/database?schema=handshake (postgres-address.ts). */
  readonly url: string;
  readonly appVersion: string;
  /** Where the numbered .sql files are. */
  readonly migrationsFolder?: string;
  readonly maxWriters?: number;
  readonly maxReaders?: number;
  /** A connection, or an answer, that takes longer has failed. */
  readonly timeoutMs?: number;
}

const defaultMigrationsFolder = fileURLToPath(
  new URL("../../../migrations/postgres/", import.meta.url),
);

const oldestServer = 140_000;

/** Connects to a database, makes or migrates our tables there. Throws StorageErrors that say what to do. */
export async function openPostgresStorage(options: PostgresStorageOptions): Promise<Storage> {
  const address = parseDatabaseAddress(options.url);
  const migrations = readMigrations(options.migrationsFolder ?? defaultMigrationsFolder);
  const identity = createIdentityCheck(address);
  const connection = openPostgresConnection({
    address,
    maxWriters: options.maxWriters ?? 2,
    maxReaders: options.maxReaders ?? 4,
    timeoutMs: options.timeoutMs ?? 30_000,
    inspect: (query) => identity.inspect(query),
  });
  try {
    await connection.read(`Could not open ${address.shown}`, async (query) => {
      const [server] = await query<{ number: number; version: string }>(readServerVersion);
      if (server !== undefined && server.number >= oldestServer) return;
      throw new StorageError(
        "READ_ONLY",
        `The database server is PostgreSQL ${server?.version ?? "?"}; Handshake needs 14 or newer. Upgrade it.`,
      );
    });
    const { schema } = address;
    const { appVersion } = options;
    await migrateUp(postgresMigrationTarget({ connection, schema, appVersion }), migrations);
    await connection.read("Could not identify the data", (query) => identity.remember(query));
  } catch (error) {
    await connection.close();
    throw error;
  }

  const commit = createCommit(connection);
  const instances = createInstances(connection);
  const side = createSideWriter(connection);
  /** The engine that registered here: alive, because it asks. */
  let ownEpoch: number | null = null;

  async function commitOne(group: SingleChange<Change>): Promise<GroupOutcome> {
    const { change, fence, ...rest } = group;
    const [outcome] = await commit([{ ...rest, changes: [change] }], fence);
    if (outcome === undefined) throw new Error("a commit of one group has one outcome");
    return outcome;
  }

  const read = <T>(what: string, work: (reads: Reads) => Promise<T>): Promise<T> =>
    connection.read(`Could not read ${what}`, (query) => work(createReads(query)));
  const ask = <T>(
    what: string,
    work: (reads: ReturnType<typeof createSchedulerReads>) => Promise<T>,
  ): Promise<T> =>
    connection.read(`Could not read ${what}`, (query) => work(createSchedulerReads(query)));

  return {
    ...side,
    commit,
    createWorkflowRun: commitOne,
    updateWorkflowRunStatus: commitOne,
    createWorkflowNodeExecution: commitOne,
    updateWorkflowNodeExecutionStatus: commitOne,
    heartbeatWorkflow: (fence, at) => instances.beat(fence, at),
    async registerInstance(instance) {
      const fence = await instances.register(instance);
      ownEpoch = fence.epoch;
      return fence;
    },
    markInstanceClean: (fence, at) => instances.markClean(fence, at),
    recoverInterruptedRuns: createRecovery(connection),
    findStalledWorkflows: (thresholdSecs, now) =>
      ask("stalled runs", (reads) => reads.findStalledWorkflows(thresholdSecs, now, ownEpoch)),
    listClaimableRuns: (request) => ask("queued runs", (reads) => reads.listClaimableRuns(request)),
    nextWakeAt: () => ask("timers", (reads) => reads.nextWakeAt()),
    listDueWaitingRuns: (request) =>
      ask("waiting runs", (reads) => reads.listDueWaitingRuns(request)),
    listWorkflowNodeExecutions: (runId, page) =>
      read("steps", (reads) => reads.listWorkflowNodeExecutions(runId, page)),
    listChildProcesses: () => read("child processes", (reads) => reads.listChildProcesses()),
    listInstances: (limit) => read("engines", (reads) => reads.listInstances(limit)),
    getDefinition: (hash) => read("a definition", (reads) => reads.getDefinition(hash)),
    getRun: (runId) => read("a run", (reads) => reads.getRun(runId)),
    findRunByRequestKey: (key) => read("a run", (reads) => reads.findRunByRequestKey(key)),
    getJob: (jobId) => read("a job", (reads) => reads.getJob(jobId)),
    listRuns: (request) =>
      connection.read("Could not read runs", (query) => listRuns(query, request)),
    listRunsOfJob: (jobId) => read("runs", (reads) => reads.listRunsOfJob(jobId)),
    countRunsByState: () => read("counts", (reads) => reads.countRunsByState()),
    getNodeExecution: (id) => read("a step", (reads) => reads.getNodeExecution(id)),
    getRunMetrics: (runId) => read("metrics", (reads) => reads.getRunMetrics(runId)),
    listAttempts: (id) => read("attempts", (reads) => reads.listAttempts(id)),
    listSubSteps: (id) => read("sub-steps", (reads) => reads.listSubSteps(id)),
    listRunEvents: (runId, page) => read("history", (reads) => reads.listRunEvents(runId, page)),
    listLogs: (runId, page) => read("logs", (reads) => reads.listLogs(runId, page)),
    getPayload: (slot) =>
      connection.read("Could not read a result", (query) => getPayload(query, slot)),
    describe: () =>
      connection.read("Could not describe the data", (query) => describePostgres(query, address)),
    verify: (request) =>
      connection.read("Could not verify the data", (query) => verifyPostgres(query, request)),
    close: () => connection.close(),
  };
}

const readServerVersion = {
  name: "read_server_version",
  text: `select current_setting('server_version_num')::int4 as number, current_setting('server_version') as version`,
};
