import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { StorageError } from "../../app/storage/storage-error.ts";
import { chooseDataFolder, ensureDataFolder } from "../data-folder.ts";
import {
  copyHistory,
  type CopyProgress,
  type CopyReport,
  type HistorySource,
  type HistoryTarget,
} from "../storage/history-copy.ts";
import {
  openPostgresHistorySource,
  openPostgresHistoryTarget,
} from "../storage/postgres/postgres-history.ts";
import { takeDataLock, type DataLock } from "../storage/sqlite/data-lock.ts";
import { dataPaths } from "../storage/sqlite/sqlite-database.ts";
import {
  openSqliteHistorySource,
  openSqliteHistoryTarget,
} from "../storage/sqlite/sqlite-history.ts";
import { appVersion } from "./app-version.ts";

/** Where a history lies. */
export type HistoryPlace =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "database"; readonly url: string };

export interface CopyRequest {
  readonly from: HistoryPlace;
  readonly to: HistoryPlace;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** `postgresql://…`, `sqlite:DIR`, or the path of a data folder. DENIED for the address of something else. */
export function parseHistoryPlace(text: string): HistoryPlace {
  if (/^postgres(ql)?:/.test(text)) return { kind: "database", url: text };
  // No folder: it would be named in messages, with the password that may be in it.
  if (/^(?!sqlite:)[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw new StorageError(
      "DENIED",
      "The place is neither a data folder nor of the form postgresql://user:password@host:5432/database.",
    );
  return { kind: "folder", path: resolve(text.replace(/^sqlite:/, "")) };
}

/**
 * Copies the whole history of one place into another, which has none. A data folder is owned meanwhile, as
 * target and as source; of a database one snapshot is read, and no engine may work on it. Throws StorageError
 * (IN_USE, CONSTRAINT, NOT_FOUND, DAMAGED, …), DataFolderError: then nothing of the history is in the target.
 */
export async function copyHistoryBetween({
  from,
  to,
  onProgress,
}: CopyRequest): Promise<CopyReport> {
  const closers: (() => void | Promise<void>)[] = [];
  try {
    const source = await openSource(from, closers);
    const target = await openTarget(to, closers);
    return await copyHistory(source, target, onProgress);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

type Closers = (() => void | Promise<void>)[];

async function openSource(place: HistoryPlace, closers: Closers): Promise<HistorySource> {
  let source: HistorySource;
  let folder: string;
  switch (place.kind) {
    case "folder":
      // Owning a folder makes files in it: only where there is something to copy.
      folder = whereDataIs(place.path);
      if (!existsSync(dataPaths(folder).database))
        throw new StorageError("NOT_FOUND", `There is no data in ${folder} yet.`);
      own(folder, closers);
      source = await openSqliteHistorySource(folder);
      break;
    case "database":
      source = await openPostgresHistorySource(place.url);
      break;
  }
  closers.push(() => source.close());
  return source;
}

async function openTarget(place: HistoryPlace, closers: Closers): Promise<HistoryTarget> {
  let target: HistoryTarget;
  let folder: string;
  switch (place.kind) {
    case "folder":
      folder = whereDataIs(place.path);
      ensureDataFolder({ path: folder, isDefault: false });
      own(folder, closers);
      target = await openSqliteHistoryTarget({ folder, appVersion });
      break;
    case "database":
      target = await openPostgresHistoryTarget({ url: place.url, appVersion });
      break;
  }
  closers.push(() => target.close());
  return target;
}

/** Of a folder that was moved. */
function whereDataIs(named: string): string {
  return chooseDataFolder({ option: named, env: {} }).path;
}

function own(folder: string, closers: Closers): void {
  const since = new Date().toISOString();
  const lock: DataLock = takeDataLock(folder, { kind: "handshake copy", pid: process.pid, since });
  closers.push(() => lock.release());
}
