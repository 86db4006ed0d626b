import type Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { BlobFolder } from "./sqlite-blobs.ts";
import { createCommit, type CrashPoint } from "./sqlite-commit.ts";
import { openWriter, waitShorter, type DataPaths } from "./sqlite-database.ts";
import { storageErrorOf } from "./sqlite-errors.ts";
import { createInstances } from "./sqlite-instances.ts";
import { createPayloadReads } from "./sqlite-payload-reads.ts";
import { createReads } from "./sqlite-reads.ts";
import { createRecovery } from "./sqlite-recovery.ts";
import { createSideWriter } from "./sqlite-side-writer.ts";

export interface ConnectionOptions {
  readonly db: Database.Database;
  readonly paths: DataPaths;
  readonly blobs: BlobFolder;
  readonly crashPoint: CrashPoint;
}

/** Everything that is prepared on one database handle. */
type Prepared = ReturnType<typeof prepareAll>;

/**
 * The writing connection. After an I/O error it is dead: what it still holds may never reach the disk.
 * The next operation opens a new one, which has to write the whole log into the file first; until that
 * succeeds writes reject with IO, to be tried again later, and reads go on.
 */
export function openConnection({ db, paths, blobs, crashPoint }: ConnectionOptions) {
  let prepared = prepareAll(db, blobs, crashPoint);
  let dead = false;
  let closed = false;

  /** Runs `work`, which may write; its errors begin with `attempted`. */
  const perform = async <T>(attempted: string, work: (on: Prepared) => T): Promise<T> => {
    requireOpen(attempted);
    if (dead) reopen(attempted);
    return run(attempted, work);
  };

  /** As `perform`, for work that only reads: it goes on while the disk refuses writes. */
  const read = async <T>(attempted: string, work: (on: Prepared) => T): Promise<T> => {
    requireOpen(attempted);
    return run(attempted, work);
  };

  const close = (): void => {
    if (closed) return;
    closed = true;
    prepared.db.close();
  };

  return { perform, read, close };

  function run<T>(attempted: string, work: (on: Prepared) => T): T {
    try {
      return work(prepared);
    } catch (error) {
      const known = storageErrorOf(error, attempted);
      if (known instanceof StorageError && known.code === "IO") dead = true;
      throw known;
    }
  }

  function requireOpen(attempted: string): void {
    if (closed)
      throw new StorageError("CLOSED", `${attempted}: the storage is closed. Open it again.`);
  }

  function reopen(attempted: string): void {
    let fresh: Database.Database | null = null;
    try {
      fresh = openWriter(paths);
      const [result] = fresh.prepare<[], { busy: number }>("pragma wal_checkpoint(truncate)").all();
      if (result?.busy !== 0) throw new Error("a reader holds the write-ahead log");
      const next = prepareAll(fresh, blobs, crashPoint);
      prepared.db.close();
      prepared = next;
      dead = false;
    } catch (error) {
      fresh?.close();
      throw new StorageError(
        "IO",
        `${attempted}: the disk reported an error, and the data file could not be opened for writing again. ` +
          "Nothing acknowledged was lost; it is tried again. Check the disk.",
        { cause: error },
      );
    }
  }
}

function prepareAll(db: Database.Database, blobs: BlobFolder, crashPoint: CrashPoint) {
  waitShorter(db);
  const reads = createReads(db);
  return {
    db,
    reads,
    commitGroups: createCommit(db, crashPoint),
    recover: createRecovery(db, crashPoint),
    instances: createInstances(db),
    side: createSideWriter(db, reads),
    getPayload: createPayloadReads(db, reads, blobs),
  };
}
