import type { LimitShares } from "../../../app/engine/limit-shares.ts";
import type { OutsideCommit } from "../../../app/engine/engine.ts";
import type { Change, Group } from "../../../app/storage/change.ts";
import type { Fence, GroupOutcome, SingleChange, Storage } from "../../../app/storage/storage.ts";
import { migrateUp, readMigrations } from "../migrate.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { offerClaimableRuns } from "./postgres-claims.ts";
import { createCommit } from "./postgres-commit.ts";
import { openPostgresConnection } from "./postgres-connection.ts";
import { refuseUnfit } from "./postgres-fitness.ts";
import { createIdentityCheck } from "./postgres-identity.ts";
import { createInstances } from "./postgres-instances.ts";
import { keepLease, type Lease } from "./postgres-lease.ts";
import { createLimitShares } from "./postgres-limit-shares.ts";
import { postgresMigrationTarget } from "./postgres-migration.ts";
import { defaultMigrationsFolder } from "./postgres-migrations-folder.ts";
import { createNotices, type Watch } from "./postgres-notices.ts";
import { readMethods } from "./postgres-read-methods.ts";
import { createRecovery } from "./postgres-recovery.ts";
import { createSideWriter } from "./postgres-side-writer.ts";

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

export interface PostgresStorage extends Storage {
  /** What engines that share the database need of each other. */
  readonly shared: {
    /** Keeps an engine's lease; see postgres-lease.ts. */
    keepLease(fence: Fence, onLost: (error: Error) => void): Lease;
    /** Tells of what any other engine committed: soon, merged, and now and then not at all. */
    watchCommits(listener: (commits: readonly OutsideCommit[]) => void): Watch;
    readonly limitShares: LimitShares;
  };
}

/** One is committed while the other is prepared. Beside them there are beats, offers and logs. */
const commitsAtOnce = 2;

/** Connects to a database, makes or migrates our tables there. Throws StorageErrors that say what to do. */
export async function openPostgresStorage(
  options: PostgresStorageOptions,
): Promise<PostgresStorage> {
  const { url, appVersion, timeoutMs = 30_000 } = options;
  const address = parseDatabaseAddress(url);
  const { schema } = address;
  const migrations = readMigrations(options.migrationsFolder ?? defaultMigrationsFolder);
  const identity = createIdentityCheck(address);
  const connection = openPostgresConnection({
    address,
    maxWriters: options.maxWriters ?? commitsAtOnce + 2,
    maxReaders: options.maxReaders ?? 4,
    timeoutMs,
    inspect: (query) => identity.inspect(query),
  });
  try {
    await connection.read(`Could not open ${address.shown}`, (query) =>
      refuseUnfit(query, address),
    );
    await migrateUp(postgresMigrationTarget({ connection, address, appVersion }), migrations);
    await connection.read("Could not identify the data", (query) => identity.remember(query));
  } catch (error) {
    await connection.close();
    throw error;
  }

  const commitGroups = createCommit(connection);
  const instances = createInstances(connection);
  const recover = createRecovery(connection);
  const notices = createNotices({ address, connection, timeoutMs });
  /** The engine that registered here: alive, because it asks. */
  let own: (Fence & { readonly machineId: string }) | null = null;
  const reading = readMethods({
    connection,
    address,
    ownEpoch: () => own?.epoch ?? null,
    ownMachine: () => own?.machineId ?? null,
  });

  async function commit(
    groups: readonly Group[],
    fence: Fence | null,
  ): Promise<readonly GroupOutcome[]> {
    const outcomes = await commitGroups(groups, fence);
    for (const [index, outcome] of outcomes.entries()) {
      const group = groups[index];
      if (!outcome.ok || group === undefined) continue;
      notices.note(group.runId, outcome.lastSeq);
      identity.acknowledged(group.runId, outcome.lastSeq);
    }
    return outcomes;
  }

  async function commitOne(group: SingleChange<Change>): Promise<GroupOutcome> {
    const { change, fence, ...rest } = group;
    const [outcome] = await commit([{ ...rest, changes: [change] }], fence);
    if (outcome === undefined) throw new Error("a commit of one group has one outcome");
    return outcome;
  }

  return {
    ...reading,
    ...createSideWriter(connection, () => own),
    commit,
    commitsAtOnce,
    createWorkflowRun: commitOne,
    updateWorkflowRunStatus: commitOne,
    createWorkflowNodeExecution: commitOne,
    updateWorkflowNodeExecutionStatus: commitOne,
    listClaimableRuns: (request) =>
      own === null
        ? reading.listClaimableRuns(request)
        : offerClaimableRuns(connection, own, request),
    heartbeatWorkflow: (fence, at) => instances.beat(fence, at),
    async registerInstance(instance) {
      const fence = await instances.register(instance);
      own = { ...fence, machineId: instance.machineId };
      return fence;
    },
    markInstanceClean: (fence, at) => instances.markClean(fence, at),
    async recoverInterruptedRuns(request) {
      const report = await recover(request);
      // How far each came is read by whoever hears of it.
      for (const { runId } of [...report.stalled, ...report.poisoned, ...report.ended])
        notices.note(runId, 0);
      return report;
    },
    shared: {
      keepLease: (fence, onLost) => keepLease({ url, fence }, onLost),
      watchCommits: (listener) => notices.watch(listener),
      limitShares: createLimitShares(connection, schema),
    },
    async close() {
      await notices.flush();
      await connection.close();
    },
  };
}
