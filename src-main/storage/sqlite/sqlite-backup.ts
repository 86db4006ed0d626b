import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { syncFolder } from "../../durable-files.ts";
import { makeDurableFolder, namedBlobs } from "./sqlite-blobs.ts";
import type { CrashPoint } from "./sqlite-commit.ts";
import type { DataPaths } from "./sqlite-database.ts";
import { storageErrorOf } from "./sqlite-errors.ts";

export interface BackupOptions {
  readonly db: Database.Database;
  readonly paths: DataPaths;
  /** `daily`, `quit`, `before-schema-3`: part of the name. */
  readonly reason: string;
  readonly schemaVersion: number;
  readonly now: number;
  readonly crashPoint?: CrashPoint;
  /** Called before the copying, which blocks this thread: the file grows to about so many bytes. */
  readonly onCopy?: ((copy: GrowingCopy) => void) | undefined;
}

export interface GrowingCopy {
  readonly file: string;
  readonly bytes: number;
  /** Where backups are kept. */
  readonly folder: string;
}

const kept = 5;
const everyMs = 86_400_000;

/**
 * Copies the database while it is in use, with its blobs, checks the copy, and only then gives it its
 * name. Returns the backup's folder. Keeps the newest 5, and the newest one of each schema version.
 */
export function backUp(options: BackupOptions): string {
  const { db, paths, reason, schemaVersion, now, crashPoint } = options;
  const name = `${new Date(now).toISOString().replaceAll(":", "-")}_schema-${schemaVersion}_${reason}`;
  const target = join(paths.backups, name);
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    makeDurableFolder(paths.backups);
    removeUnfinished(paths);
    requireSpace(paths);
    mkdirSync(unfinished, { mode: 0o700 });
    const copy = join(unfinished, "handshake.db");
    options.onCopy?.({ file: copy, bytes: usedBytes(db), folder: paths.backups });
    db.prepare("vacuum into ?").run(copy);
    chmodSync(copy, 0o600);
    crashPoint?.("backup: copied");
    syncFile(copy);
    const blobs = checkedCopy(copy);
    crashPoint?.("backup: verified");
    copyBlobs(paths, unfinished, blobs);
    syncFolder(unfinished);
    // Two processes that migrate at once may both make one.
    const named = existsSync(target) ? `${target}-${process.pid}` : target;
    renameSync(unfinished, named);
    syncFolder(paths.backups);
    crashPoint?.("backup: named");
    removeOldest(paths);
    return named;
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw storageErrorOf(error, `Could not back up to ${paths.backups}`);
  }
}

/** Whether a day has passed since the newest backup. Those of a clock that was set back do not count. */
export function isBackupDue(paths: DataPaths, now: number): boolean {
  const newest = listBackups(paths).find(({ at }) => at <= now);
  return newest === undefined || now - newest.at >= everyMs;
}

export interface Backup {
  readonly folder: string;
  readonly at: number;
  readonly schemaVersion: number;
  readonly reason: string;
}

/** Newest first. */
export function listBackups(paths: DataPaths): readonly Backup[] {
  if (!existsSync(paths.backups)) return [];
  const backups = readdirSync(paths.backups).flatMap((name): Backup[] => {
    const match = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d\.\d{3}Z)_schema-(\d+)_(.+)(?<!\.tmp)$/.exec(
      name,
    );
    if (match === null) return [];
    const at = Date.parse(`${match[1] ?? ""}:${match[2] ?? ""}:${match[3] ?? ""}`);
    return [
      {
        folder: join(paths.backups, name),
        at,
        schemaVersion: Number(match[4]),
        reason: match[5] ?? "",
      },
    ];
  });
  return backups.sort((a, b) => b.at - a.at);
}

function removeOldest(paths: DataPaths): void {
  const schemas = new Set<number>();
  listBackups(paths).forEach(({ folder, schemaVersion }, index) => {
    const newestOfSchema = !schemas.has(schemaVersion);
    schemas.add(schemaVersion);
    if (index >= kept && !newestOfSchema) rmSync(folder, { recursive: true });
  });
}

/** Without the pages that nothing is in: a copy leaves them out. */
function usedBytes(db: Database.Database): number {
  const [pages, free, size] = ["page_count", "freelist_count", "page_size"].map((name) =>
    Number(db.pragma(name, { simple: true })),
  );
  return ((pages ?? 0) - (free ?? 0)) * (size ?? 0);
}

/** What a killed process left half done. */
function removeUnfinished(paths: DataPaths): void {
  for (const name of readdirSync(paths.backups)) {
    const maker = /\.(\d+)\.tmp$/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker)))
      rmSync(join(paths.backups, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any answer but "no such process" comes from one that is there.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function requireSpace(paths: DataPaths): void {
  const bytes = statSync(paths.database).size;
  const { bavail, bsize } = statfsSync(paths.backups);
  if (bavail * bsize >= bytes * 1.2) return;
  throw new StorageError(
    "FULL",
    `A backup needs ${Math.ceil((bytes * 1.2) / 1_000_000)} MB on the disk of ${paths.backups}. Free them and try again.`,
  );
}

/** The copy is another file, so opening it here harms no lock. Returns the blobs that it names. */
function checkedCopy(copy: string): readonly string[] {
  const db = new Database(copy, { readonly: true });
  try {
    const result = db.pragma("quick_check", { simple: true });
    if (result !== "ok")
      throw new StorageError(
        "CORRUPT",
        `The copy is damaged: ${String(result)}. The data file may be, too.`,
      );
    const hasRuns =
      db.prepare("select 1 from sqlite_schema where name = 'run_payload'").get() !== undefined;
    return hasRuns ? db.prepare<[], string>(namedBlobs).pluck().all() : [];
  } finally {
    db.close();
  }
}

function copyBlobs(paths: DataPaths, backup: string, blobs: readonly string[]): void {
  if (blobs.length === 0) return;
  const folder = join(backup, "blobs");
  mkdirSync(folder, { mode: 0o700 });
  for (const name of blobs) {
    const source = join(paths.blobs, name);
    // A result that is missing already stays missing; `verify` names it.
    if (existsSync(source)) linkOrCopy(source, join(folder, name));
  }
  syncFolder(folder);
}

/** A blob never changes, so a second name for it is a copy that costs nothing. */
function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
    syncFile(target);
  }
}

function syncFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
