import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  rmdirSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { followPointers, pointerFile } from "./data-folder-pointer.ts";
import { syncFolder } from "./durable-files.ts";

export interface DataFolderSource {
  /** `--data DIR`. */
  readonly option?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

export interface DataFolderChoice {
  readonly path: string;
  /** The app's own place, whose parents it may create; a folder that somebody named needs its parent. */
  readonly isDefault: boolean;
}

/**
 * Where runs are kept: `--data`, else HANDSHAKE_DATA, else the operating system's place for it; and where
 * that was moved to. Throws `DataFolderError` where a move leads nowhere: never an empty start instead.
 */
export function chooseDataFolder(source: DataFolderSource): DataFolderChoice {
  const named = nameDataFolder(source);
  const followed = followPointers(named.path);
  switch (followed.kind) {
    case "here":
      return followed.path === named.path ? named : { path: followed.path, isDefault: false };
    case "gone": {
      const { from, to } = followed;
      throw new DataFolderError(
        `Your data was moved to ${to}, which is not there now: attach the disk that it is on, and start again. ` +
          `(${join(from, pointerFile)} says so; without that file ${from} would start empty.)`,
        to,
      );
    }
    case "loop":
      throw new DataFolderError(
        `The data folder ${followed.path} leads back to itself. Look for ${pointerFile} in it, and remove the one in the folder that holds your data (handshake.db).`,
        followed.path,
      );
    case "damaged":
      throw new DataFolderError(
        `${followed.file} should say where your data was moved to, but cannot be read. Name the folder with --data.`,
        named.path,
      );
  }
}

/** Of two processes of ours one has just moved the data: begin again, with the folder that it is in now. */
export class DataMovedError extends Error {
  readonly to: string;

  constructor(to: string) {
    super(`The data was moved to ${to}. Start Handshake again.`);
    this.name = "DataMovedError";
    this.to = to;
  }
}

function nameDataFolder(source: DataFolderSource): DataFolderChoice {
  const named = source.option ?? source.env["HANDSHAKE_DATA"];
  if (named === undefined) return { path: defaultDataFolder(source), isDefault: true };
  if (named.trim() === "" || named.includes("\0")) {
    throw new DataFolderError("The data folder's name is empty. Give one: --data DIR.", named);
  }
  return { path: resolve(named), isDefault: false };
}

/**
 * Creates the folder (0700) when it is not there yet. The one place that changes a folder's rights: a
 * shared one (`--data /tmp`) must never be closed to others. Throws `DataFolderError` when it cannot
 * be used.
 */
export function ensureDataFolder({ path, isDefault }: DataFolderChoice): void {
  if (!isThere(path)) {
    if (!isDefault) requireParent(path);
    make(path);
  }
  requireUsableFolder(path);
  // An empty folder becomes ours. One that holds anything (`--data .`) keeps its rights, also when our
  // data is in it already: our files are 0600 and our folders 0700 wherever they lie.
  if (readdirSync(path).length === 0) chmodSync(path, 0o700);
}

/** The folder cannot be used as it is; the message says what to do. */
export class DataFolderError extends Error {
  readonly path: string;

  constructor(message: string, path: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DataFolderError";
    this.path = path;
  }
}

function defaultDataFolder({
  env,
  platform = process.platform,
  home = homedir(),
}: DataFolderSource) {
  if (platform === "win32") {
    return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "Handshake");
  }
  if (platform === "darwin") return join(home, "Library", "Application Support", "Handshake");
  const dataHome = env["XDG_DATA_HOME"];
  // The XDG specification: a relative path there is to be ignored.
  const isUsable = dataHome !== undefined && isAbsolute(dataHome);
  return join(isUsable ? dataHome : join(home, ".local", "share"), "handshake");
}

function isThere(path: string): boolean {
  return statOrNull(path) !== null;
}

function requireParent(path: string): void {
  const parent = statOrNull(dirname(path));
  if (parent?.isDirectory() === true) return;
  const what = parent === null ? "does not exist" : "is not a folder";
  throw new DataFolderError(
    `The data folder ${path} cannot be created: ${dirname(path)} ${what}. Create it first, or name another folder with --data.`,
    path,
  );
}

function statOrNull(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // ENOTDIR and the like: for the caller it is simply not there.
    return null;
  }
}

function make(path: string): void {
  try {
    makeWithParents(path);
  } catch (error) {
    const code = codeOf(error);
    const advice = adviceFor[code] ?? "Name another folder with --data.";
    throw new DataFolderError(
      `The data folder ${path} cannot be created (${code}). ${advice}`,
      path,
      error,
    );
  }
}

/** What the disk says, not the folder: there another name for it would not help. */
const adviceFor: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: free some space, or name a folder on another disk with --data.",
  EDQUOT:
    "Your quota on this disk is used up: free some space, or name a folder on another disk with --data.",
  EIO: "The disk reports an error: look at it, or name a folder on another disk with --data.",
  EROFS: "That disk can only be read: name a folder on another disk with --data.",
};

// Not mkdir's `recursive`: Node tries for ever where a folder exists but takes no entries (/proc).
function makeWithParents(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !isThere(parent)) makeWithParents(parent);
  mkdirSync(path, { mode: 0o700 });
  try {
    // A power loss just after the first run must not take the new folder.
    syncFolder(parent);
  } catch (error) {
    // What the next start finds has to be durable, so it must not find this one.
    rmdirSync(path);
    throw error;
  }
}

function requireUsableFolder(path: string): void {
  if (!statSync(path).isDirectory()) {
    throw new DataFolderError(
      `The data folder ${path} is a file. Name a folder with --data.`,
      path,
    );
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataFolderError(
      `The data folder ${path} cannot be written (${codeOf(error)}). Change its rights, or name another folder with --data.`,
      path,
      error,
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
