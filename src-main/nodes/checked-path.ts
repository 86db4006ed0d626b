import { constants, existsSync } from "node:fs";
import { lstat, open, readlink, realpath, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, isAbsolute } from "node:path";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeContext } from "../../app/engine/node-registry.ts";

export interface FileAccess {
  /** Never read or written by a node, whatever was granted. */
  readonly dataFolder: string;
  /** Where relative paths of a run without a folder begin. */
  readonly workingDirectory: string;
  /**
   * How an operation stays in the folder that was checked. `handle`: through the open folder, where the
   * system has /proc/self/fd. `compare`: by path, and the identity is compared afterwards.
   */
  readonly folders?: "handle" | "compare";
}

/** A file's place after the check: nothing that happens to its path later leads elsewhere. */
export interface CheckedPath {
  /** Without links; the file itself need not exist. */
  readonly realPath: string;
  readonly name: string;
  /** The path to use for the entry `name` of the checked folder. */
  entry(name: string): string;
  /** Throws PATH_CHANGED unless `file` is the folder's entry `name`. Call it before reading or writing. */
  verify(file: FileHandle, name: string): Promise<void>;
  /** Makes a rename durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Resolves every link in `path`, refuses the data folder, asks for the capability `axis:REAL PATH`, and
 * holds on to the folder (requirement P4). Errors are marked `effectNotStarted`.
 */
export async function checkPath(options: {
  readonly path: string;
  readonly axis: "fs.read" | "fs.write";
  readonly access: FileAccess;
  readonly context: Pick<NodeContext, "folder" | "requireCapability">;
}): Promise<CheckedPath> {
  const { access, context } = options;
  const path = resolve(context.folder ?? access.workingDirectory, options.path);
  const checked = await holdPath(path, access);
  try {
    await context.requireCapability(`${options.axis}:${checked.realPath}`);
    return checked;
  } catch (error) {
    await checked.close();
    throw error;
  }
}

/** True for `folder` itself and whatever is in it. Both real paths. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !/^\.\.[\\/]/.test(way));
}

async function holdPath(path: string, access: FileAccess): Promise<CheckedPath> {
  try {
    const realPath = await resolveLinks(path);
    const folder = await holdFolder(dirname(realPath), access.folders ?? bestWay());
    try {
      await refuseDataFolder(realPath, access.dataFolder);
    } catch (error) {
      await folder.close();
      throw error;
    }
    return { ...folder, realPath, name: basename(realPath) };
  } catch (cause) {
    if (cause instanceof HandlerError) throw cause;
    throw new HandlerError("FILE_NO_ACCESS", `"${path}" cannot be reached.`, {
      retryable: false,
      effectNotStarted: true,
      cause,
    });
  }
}

type HeldFolder = Pick<CheckedPath, "entry" | "verify" | "sync" | "close">;

function bestWay(): "handle" | "compare" {
  return process.platform === "linux" && existsSync("/proc/self/fd") ? "handle" : "compare";
}

async function resolveLinks(path: string): Promise<string> {
  if (path.includes("\0")) throw refused("PATH_REFUSED", "The path has a NUL in it.");
  const found = await realpath(path).catch(ifAbsent);
  if (found !== null) return found;
  // A link to nothing would be followed when the file is created.
  if ((await lstat(path).catch(ifAbsent)) !== null) {
    throw refused("PATH_REFUSED", `"${path}" is a link that leads nowhere.`);
  }
  const folder = await realpath(dirname(path)).catch(ifAbsent);
  if (folder === null) throw refused("FILE_NOT_FOUND", `There is no folder "${dirname(path)}".`);
  return join(folder, basename(path));
}

function holdFolder(folder: string, way: "handle" | "compare"): Promise<HeldFolder> {
  return way === "handle" ? holdByHandle(folder) : holdByComparing(folder);
}

/** Linux: `/proc/self/fd/N/name` is `openat(N, name)`. */
async function holdByHandle(folder: string): Promise<HeldFolder> {
  const handle = await open(
    folder,
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  );
  const own = `/proc/self/fd/${handle.fd}`;
  if ((await readlink(own)) !== folder) {
    await handle.close();
    throw changed(folder);
  }
  return {
    entry: (name) => `${own}/${name}`,
    // O_NOFOLLOW on an entry of an open folder leaves no way to anywhere else.
    verify: () => Promise.resolve(),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

async function holdByComparing(folder: string): Promise<HeldFolder> {
  const before = await stat(folder, { bigint: true });
  return {
    entry: (name) => join(folder, name),
    async verify(file, name) {
      const [real, now, opened, entry] = await Promise.all([
        realpath(folder),
        stat(folder, { bigint: true }),
        file.stat({ bigint: true }),
        lstat(join(folder, name), { bigint: true }),
      ]);
      if (real !== folder || !isSame(now, before) || !isSame(opened, entry)) throw changed(folder);
    },
    async sync() {
      // Windows cannot open folders; its renames are in the journal.
      if (process.platform === "win32") return;
      const handle = await open(folder, constants.O_RDONLY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** By path and by identity, so that mounts and other spellings lead nowhere new. */
async function refuseDataFolder(realPath: string, dataFolder: string): Promise<void> {
  const dataPath = await realpath(dataFolder).catch(ifAbsent);
  if (dataPath === null) return;
  const data = await stat(dataPath, { bigint: true });
  let folder = realPath;
  for (;;) {
    const found = await stat(folder, { bigint: true }).catch(ifAbsent);
    if (isInside(folder, dataPath) || (found !== null && isSame(found, data))) {
      throw refused(
        "PATH_REFUSED",
        `"${realPath}" is in Handshake's own data folder, which no workflow may touch.`,
      );
    }
    if (folder === dirname(folder)) return;
    folder = dirname(folder);
  }
}

function ifAbsent(error: unknown): null {
  if (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  )
    return null;
  throw error;
}

function changed(folder: string): HandlerError {
  return new HandlerError("PATH_CHANGED", `"${folder}" was replaced while it was being opened.`, {
    effectNotStarted: true,
  });
}

function refused(code: string, message: string): HandlerError {
  return new HandlerError(code, message, { retryable: false, effectNotStarted: true });
}
