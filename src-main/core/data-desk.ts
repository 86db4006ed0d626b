import { readdirSync, statfsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Backup } from "../../app/contract/data.ts";
import { listBackups } from "../storage/sqlite/sqlite-backup.ts";
import { dataPaths } from "../storage/sqlite/sqlite-database.ts";
import type { MaintainedStorage, StoredBackup } from "./maintenance.ts";
import { RequestError } from "./request-error.ts";

/** What a person sees of the data folder, and can do with it. */
export interface DataDesk {
  sizes(): {
    readonly databaseBytes: number;
    readonly blobBytes: number;
    readonly freeBytes: number | null;
  };
  /** Whether the app backs the data up; a database server has its own ways. */
  readonly canBackUp: boolean;
  backups(): Backup[];
  /** UNAVAILABLE where it does not. */
  backUp(): Promise<Backup>;
}

export function createDataDesk(folder: string, storage: MaintainedStorage): DataDesk {
  const paths = dataPaths(folder);
  return {
    sizes: () => ({
      // `stat` opens no handle: closing one would drop SQLite's locks.
      databaseBytes: sizeOf(paths.database) + sizeOf(`${paths.database}-wal`),
      blobBytes: sizeOfFiles(paths.blobs),
      freeBytes: freeBytes(folder),
    }),
    canBackUp: storage.backUp !== undefined,
    backups: () => (storage.listBackups?.() ?? []).map(backupOf),
    async backUp() {
      if (storage.backUp === undefined)
        throw new RequestError("UNAVAILABLE", "The database's own server makes its backups.");
      const folderOfCopy = await storage.backUp("by-hand");
      const made = storage.listBackups?.().find((backup) => backup.folder === folderOfCopy);
      if (made === undefined) throw new Error("The backup that was just made is not in the list.");
      return backupOf(made);
    },
  };
}

/** Null when there is none yet. Makes nothing, and needs no ownership. */
export function newestBackup(folder: string): Backup | null {
  const [newest] = listBackups(dataPaths(folder));
  return newest === undefined ? null : backupOf(newest);
}

function backupOf({ folder, at, schemaVersion, reason }: StoredBackup): Backup {
  return { name: basename(folder), at: new Date(at).toISOString(), schemaVersion, reason };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function sizeOfFiles(folder: string): number {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
}

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // Not every file system tells.
    return null;
  }
}
