import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { movedFromFile, pointerFile } from "../../data-folder-pointer.ts";
import { chosenDatabaseFile } from "../database-choice.ts";
import { moveIntentFile } from "./move-intent.ts";

/** What a move takes along, by its name in the data folder. Whoever adds a file there adds it here. */
const taken = new Set([
  "handshake.db",
  "handshake.db-wal",
  "high-water.json",
  "blobs",
  "backups",
  "library",
  "logs",
  "settings.json",
  "permissions.json",
  "recovery-later.json",
  "browser-port.json",
  "browser-sessions.json",
  chosenDatabaseFile,
]);

/** Belongs to the place or to a process, or is made anew; the last ones are the system's own. */
const left = new Set([
  "lock.db",
  "lock.db-journal",
  "lock-holder.json",
  "control.sock",
  "engines",
  "electron",
  "handshake.db-shm",
  pointerFile,
  movedFromFile,
  moveIntentFile,
  ".DS_Store",
  "Thumbs.db",
  "desktop.ini",
  "lost+found",
]);

export interface FolderContent {
  /** Relative, parents before their children. */
  readonly folders: readonly string[];
  readonly files: readonly ContentFile[];
  /** Of the files; what has several names counts once. */
  readonly bytes: number;
  /** What is not Handshake's, or no plain file or folder. */
  readonly strange: readonly string[];
}

export interface ContentFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** The same for all names of one file; null where it has only this one. */
  readonly sharedAs: string | null;
}

/** Everything of a data folder that a move takes along. Opens nothing. */
export function readFolderContent(folder: string): FolderContent {
  const folders: string[] = [];
  const files: ContentFile[] = [];
  const strange: string[] = [];
  const counted = new Set<string>();
  let bytes = 0;

  function add(path: string): void {
    const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (found === undefined) return;
    if (found.isDirectory()) {
      folders.push(path);
      for (const name of readdirSync(join(folder, path)).toSorted()) add(`${path}/${name}`);
    } else if (!found.isFile()) strange.push(path);
    else addFile(path, found);
  }

  function addFile(path: string, { size, mtimeMs, nlink, dev, ino }: Stats): void {
    const sharedAs = nlink > 1 ? `${dev}:${ino}` : null;
    files.push({ path, bytes: size, mtimeMs, sharedAs });
    if (sharedAs !== null && counted.has(sharedAs)) return;
    if (sharedAs !== null) counted.add(sharedAs);
    bytes += size;
  }

  for (const name of readdirSync(folder).toSorted()) {
    if (taken.has(name)) add(name);
    else if (!staysBehind(name)) strange.push(name);
  }
  return { folders, files, bytes, strange };
}

/** What an earlier move left: nothing in it is missed. */
export function isLeftBehind(folder: string): boolean {
  return readdirSync(folder).every(staysBehind);
}

function staysBehind(name: string): boolean {
  // A write that was cut off by a kill leaves one; it counts for nothing.
  return left.has(name) || (name.endsWith(".tmp") && taken.has(name.slice(0, -4)));
}
