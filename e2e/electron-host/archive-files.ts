import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { openArchive, type Archive } from "./archive.ts";
import { notImplemented } from "./not-implemented.ts";

/** A path that leads into an archive. */
export interface ArchivedPath {
  readonly archive: Archive;
  /** Inside, with `/`; the root is empty. */
  readonly inside: string;
}

const archives = new Map<string, Archive>();
const { existsSync, readFileSync } = fs;

/** Null for a path that leads into none. `….asar.unpacked` is an ordinary folder. */
export function archivedPath(path: unknown): ArchivedPath | null {
  const text = textOf(path);
  const match = text === null ? null : /^(.*?\.asar)(?:[\\/](.*))?$/s.exec(text);
  const [, file = "", inside = ""] = match ?? [];
  if (match === null || !existsSync(file)) return null;
  const archive = archives.get(file) ?? openArchive(file);
  archives.set(file, archive);
  return { archive, inside: normalised(inside) };
}

/** Where an unpacked file really is. Throws for one that is inside: the system cannot load it from there. */
export function unpackedPath({ archive, inside }: ArchivedPath): string {
  const entry = archive.files.get(inside);
  if (entry === undefined) throw missing("open", archive.file, inside);
  if (!entry.isUnpacked) {
    throw new Error(`${inside} is inside ${archive.file} and is not marked unpacked.`);
  }
  return join(`${archive.file}.unpacked`, inside);
}

export function readArchived({ archive, inside }: ArchivedPath): Buffer {
  const entry = archive.files.get(inside);
  if (entry === undefined) throw missing("open", archive.file, inside);
  if (entry.isUnpacked) return readFileSync(unpackedPath({ archive, inside }));
  return archive.read(inside);
}

/**
 * node:fs as Electron patches it, for what the app uses. Every other function that is given a path into
 * an archive throws by its name.
 */
export function patchFileSystem(): void {
  const patched: Record<string, unknown> = {};
  for (const [name, original] of Object.entries(fs)) {
    if (typeof original !== "function" || /^[A-Z_]/.test(name)) continue;
    const inArchive = supported[name];
    // A function of node:fs, called with whatever it was given.
    const call = original as (...args: unknown[]) => unknown;
    patched[name] = Object.assign((...args: unknown[]) => {
      const path = archivedPath(args[0]);
      if (path === null) return call(...args);
      if (inArchive === undefined) return notImplemented(`fs.${name} of ${String(args[0])}`);
      return inArchive(path, args[1]);
    }, original);
  }
  Object.assign(fs, patched);
  Object.assign(fs.realpathSync, { native: fs.realpathSync });
  syncBuiltinESMExports();
}

type InArchive = (path: ArchivedPath, options: unknown) => unknown;

const supported: Readonly<Record<string, InArchive>> = {
  existsSync: (path) => kindOf(path) !== null,
  statSync: (path, options) => {
    if (kindOf(path) === null && isQuiet(options)) return undefined;
    return statsOf(path);
  },
  lstatSync: (path) => statsOf(path),
  accessSync: (path) => void statsOf(path),
  realpathSync: (path) => {
    statsOf(path);
    return join(path.archive.file, path.inside);
  },
  readFileSync: (path, options) => {
    const bytes = readArchived(path);
    const encoding = encodingOf(options);
    return encoding === null ? bytes : bytes.toString(encoding);
  },
  readdirSync: ({ archive, inside }, options) => {
    if (options !== undefined) return notImplemented("fs.readdirSync with options in an archive");
    if (!archive.folders.has(inside)) throw missing("scandir", archive.file, inside);
    const prefix = inside === "" ? "" : `${inside}/`;
    return [...archive.files.keys(), ...archive.folders]
      .filter((path) => path.startsWith(prefix) && path !== inside)
      .map((path) => path.slice(prefix.length))
      .filter((path) => path !== "" && !path.includes("/"));
  },
};

function normalised(inside: string): string {
  if (inside === "") return "";
  return join(inside).split(sep).join("/").replace(/\/$/, "");
}

function kindOf({ archive, inside }: ArchivedPath): "file" | "folder" | null {
  if (archive.folders.has(inside)) return "folder";
  return archive.files.has(inside) ? "file" : null;
}

function statsOf(path: ArchivedPath): object {
  const kind = kindOf(path);
  if (kind === null) throw missing("stat", path.archive.file, path.inside);
  return {
    isFile: () => kind === "file",
    isDirectory: () => kind === "folder",
    isSymbolicLink: () => false,
    size: path.archive.files.get(path.inside)?.sizeBytes ?? 0,
  };
}

function missing(call: string, file: string, inside: string): Error {
  const path = join(file, inside);
  const error = new Error(`ENOENT: no such file or directory, ${call} '${path}'`);
  return Object.assign(error, { code: "ENOENT", syscall: call, path });
}

function isQuiet(options: unknown): boolean {
  return (
    typeof options === "object" &&
    options !== null &&
    "throwIfNoEntry" in options &&
    options.throwIfNoEntry === false
  );
}

function encodingOf(options: unknown): BufferEncoding | null {
  const isObject = typeof options === "object" && options !== null && "encoding" in options;
  const encoding = isObject ? options.encoding : options;
  return typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : null;
}

function textOf(path: unknown): string | null {
  if (typeof path === "string") return path;
  if (path instanceof URL && path.protocol === "file:") return fileURLToPath(path);
  return null;
}
