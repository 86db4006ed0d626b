import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Change, Group } from "../../../app/storage/change.ts";
import type { Fence, GroupOutcome, SingleChange, Storage } from "../../../app/storage/storage.ts";
import { migrateUp, readMigrations } from "../migrate.ts";
import {
  backUp,
  isBackupDue,
  listBackups,
  type Backup,
  type GrowingCopy,
} from "./sqlite-backup.ts";
import { openBlobFolder } from "./sqlite-blobs.ts";
import { openConnection } from "./sqlite-connection.ts";
import { dataPaths, openWriter } from "./sqlite-database.ts";
import { storageErrorOf } from "./sqlite-errors.ts";
import {
  createHighWater,
  highWaterFile,
  missingEvents,
  type HighWaterFile,
} from "./sqlite-high-water.ts";
import { readLedger, sqliteMigrationTarget } from "./sqlite-migration.ts";
import { saveLargePayloads } from "./sqlite-large-payloads.ts";
import { defaultMigrationsFolder } from "./sqlite-migrations-folder.ts";
import { readMethods } from "./sqlite-read-methods.ts";

export interface SqliteStorageOptions {
  /** The data folder; whoever opens the storage holds its lock (data-lock.ts). */
  readonly folder: string;
  readonly appVersion: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Where the numbered .sql files are. */
  readonly migrationsFolder?: string;
  /** Opens although events named by the high-water mark are missing: a person decided to go on. */
  readonly acceptLoss?: boolean;
  readonly highWater?: HighWaterFile;
  /** What takes long where the data's format changes. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** For fault tests: called between statements and phases; may throw or kill. */
  readonly crashPoint?: (name: string) => void;
}

export type MigrationProgress =
  | ({ readonly kind: "backing-up" } & GrowingCopy)
  | { readonly kind: "migrating"; readonly number: number; readonly of: number };

export interface SqliteStorage extends Storage {
  /** Copies everything into backups/ and returns the copy's folder. */
  backUp(reason: string): Promise<string>;
  /** When a day has passed since the newest backup: makes one, and removes old payloads even where that fails. */
  maintain(reason: string): Promise<void>;
  listBackups(): readonly Backup[];
  /** Removes large payloads that no row has named for a week; returns how many. */
  collectBlobs(): Promise<number>;
}

/** Opens (or makes) the data in a folder, migrates it, and checks that nothing known is missing. */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<SqliteStorage> {
  const { folder, appVersion, crashPoint, now = Date.now, acceptLoss = false } = options;
  const { onProgress } = options;
  const paths = dataPaths(folder);
  const migrations = readMigrations(options.migrationsFolder ?? defaultMigrationsFolder);
  const markFile = options.highWater ?? highWaterFile(paths.highWater);
  const blobs = openBlobFolder(paths.blobs, crashPoint);

  const db = openWriter(paths);
  try {
    const backup = (reason: string): void => {
      const schemaVersion = readLedger(db).length;
      const onCopy = (copy: GrowingCopy): void => onProgress?.({ kind: "backing-up", ...copy });
      backUp({ db, paths, reason, schemaVersion, now: now(), crashPoint, onCopy });
    };
    const target = sqliteMigrationTarget({ db, appVersion, now, backup, crashPoint });
    await migrateUp(target, migrations, (step) => onProgress?.({ kind: "migrating", ...step }));
  } catch (error) {
    db.close();
    throw storageErrorOf(error, `Could not prepare the data in ${folder}`);
  }

  const highWater = createHighWater(markFile, now);
  const connection = openConnection({ db, paths, blobs, crashPoint });
  const { perform, read } = connection;
  try {
    refuseLoss();
  } catch (error) {
    connection.close();
    throw storageErrorOf(error, `Could not check the data in ${folder}`);
  }
  /** The engine that registered here: alive, because it asks. */
  let ownEpoch: number | null = null;

  function refuseLoss(): void {
    const lastSeqOf = db
      .prepare<[string], number>("select last_seq from workflow_run where run_id = ?")
      .pluck();
    const missing = missingEvents(markFile.read(), (runId) => lastSeqOf.get(runId) ?? 0);
    if (missing === 0) return;
    if (acceptLoss) {
      markFile.write({ runs: [] });
      return;
    }
    throw new StorageError(
      "DAMAGED",
      `The last ${missing} steps are missing from the data file in ${folder}. Open it read-only, restore a backup, or go on without them.`,
      { details: { missing } },
    );
  }

  function commit(groups: readonly Group[], fence: Fence | null): Promise<readonly GroupOutcome[]> {
    return perform("Could not save", ({ commitGroups }) => {
      const { storable, refused } = saveLargePayloads(groups, blobs);
      const outcomes = commitGroups(storable, fence);
      for (const [index, outcome] of outcomes.entries()) {
        const group = storable[index];
        if (outcome.ok && group !== undefined) highWater.note(group.runId, outcome.lastSeq);
      }
      highWater.flushIfDue();
      return refused.size === 0 ? outcomes : inOrder(groups, outcomes, refused);
    });
  }

  async function commitOne(group: SingleChange<Change>): Promise<GroupOutcome> {
    const { change, fence, ...rest } = group;
    const [outcome] = await commit([{ ...rest, changes: [change] }], fence);
    if (outcome === undefined) throw new Error("a commit of one group has one outcome");
    return outcome;
  }

  function backUpNow(reason: string): Promise<string> {
    return perform("Could not back up", ({ db: current }) =>
      backUp({
        db: current,
        paths,
        reason,
        schemaVersion: readLedger(current).length,
        now: now(),
        crashPoint,
      }),
    );
  }

  function collectBlobs(): Promise<number> {
    return perform("Could not remove old results", ({ db: current }) =>
      blobs.collect(current, now()),
    );
  }

  return {
    ...readMethods({ perform: read, blobs, folder, ownEpoch: () => ownEpoch }),
    commit,
    createWorkflowRun: commitOne,
    updateWorkflowRunStatus: commitOne,
    createWorkflowNodeExecution: commitOne,
    updateWorkflowNodeExecutionStatus: commitOne,
    heartbeatWorkflow: (fence, at) =>
      perform("Could not beat", ({ instances }) => instances.beat(fence, at)),
    registerInstance: (instance) =>
      perform("Could not register the engine", ({ instances }) => {
        const fence = instances.register(instance);
        ownEpoch = fence.epoch;
        return fence;
      }),
    markInstanceClean: (fence, at) =>
      perform("Could not mark the clean end", ({ instances }) => instances.markClean(fence, at)),
    recoverInterruptedRuns: (request) =>
      perform("Could not mark interrupted runs", ({ recover }) => recover(request)),
    putDefinition: (definition, at) =>
      perform("Could not save a definition", ({ side }) => side.putDefinition(definition, at)),
    appendLogs: (lines) =>
      perform("Could not save log lines", ({ side }) => side.appendLogs(lines)),
    putChildProcess: (child) =>
      perform("Could not register a child process", ({ side }) => side.putChildProcess(child)),
    removeChildProcess: (id) =>
      perform("Could not remove a child process", ({ side }) => side.removeChildProcess(id)),
    backUp: backUpNow,
    async maintain(reason) {
      if (!isBackupDue(paths, now())) return;
      try {
        await backUpNow(reason);
      } finally {
        await collectBlobs();
      }
    },
    listBackups: () => listBackups(paths),
    collectBlobs,
    async close() {
      try {
        highWater.flush();
      } catch (error) {
        throw storageErrorOf(error, `Could not note the newest steps in ${paths.highWater}`);
      } finally {
        connection.close();
      }
    },
  };
}

/** The outcomes in the order of the groups, refused ones among them. */
function inOrder(
  groups: readonly Group[],
  outcomes: readonly GroupOutcome[],
  refused: ReadonlyMap<Group, GroupOutcome>,
): readonly GroupOutcome[] {
  const rest = outcomes.values();
  return groups.map((group) => {
    const outcome = refused.get(group) ?? rest.next().value;
    if (outcome === undefined) throw new Error("every group has an outcome");
    return outcome;
  });
}
