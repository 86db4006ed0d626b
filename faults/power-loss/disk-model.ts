import { dirname } from "node:path";
import type { SeededRandom } from "../seeded-random.ts";
import type { DiskChange } from "./recorded-log.ts";

/** A file's bytes: what is surely on the disk, and what was written since the last sync. */
export interface ModelFile {
  readonly durable: Uint8Array;
  readonly pending: readonly FileChange[];
}

export type FileChange = Extract<DiskChange, { kind: "write" | "truncate" }>;

/** `file` null: a folder. */
export interface NamedFile {
  readonly path: string;
  readonly file: ModelFile | null;
}

/**
 * What a disk promises, and no more: a file's bytes are there after its own sync, a name after its
 * folder's. Everything else may be there, in part, or not, when the power goes.
 */
export interface DiskModel {
  apply(change: DiskChange): void;
  /** The names that a power loss now would leave, of those that are not sure by chance. */
  namesAfterLoss(random: SeededRandom, loss: NameLoss): readonly NamedFile[];
}

/** Names that were not synced: all gone, all there, those up to some moment, or each by chance. */
export type NameLoss = "none kept" | "all kept" | "kept in order" | "by chance";

interface MutableFile {
  durable: Buffer;
  pending: FileChange[];
}

type NameChange = Extract<
  DiskChange,
  { kind: "create" | "make folder" | "remove" | "rename" | "link" }
>;

type Names = Map<string, MutableFile | null>;

/** `root` itself is taken to be there. */
export function createDiskModel(root: string): DiskModel {
  const durable: Names = new Map([[root, null]]);
  const now: Names = new Map(durable);
  const byInode = new Map<bigint, MutableFile>();
  const inodeOfCreate = new Map<DiskChange, MutableFile>();
  let pendingNames: NameChange[] = [];

  function changeName(names: Names, change: NameChange): void {
    switch (change.kind) {
      case "create":
        names.set(change.path, inodeOfCreate.get(change) ?? null);
        return;
      case "make folder":
        names.set(change.path, null);
        return;
      case "remove":
        names.delete(change.path);
        return;
      case "rename":
      case "link": {
        const before = `${change.path}/`;
        for (const [path, file] of names) {
          if (path !== change.path && !path.startsWith(before)) continue;
          if (change.kind === "rename") names.delete(path);
          names.set(change.to + path.slice(change.path.length), file);
        }
      }
    }
  }

  function foldersOf(change: NameChange): readonly string[] {
    return change.kind === "rename" || change.kind === "link"
      ? [dirname(change.path), dirname(change.to)]
      : [dirname(change.path)];
  }

  return {
    apply(change) {
      switch (change.kind) {
        case "create": {
          const file = { durable: Buffer.alloc(0), pending: [] };
          byInode.set(change.inode, file);
          inodeOfCreate.set(change, file);
          changeName(now, change);
          pendingNames.push(change);
          return;
        }
        case "make folder":
        case "remove":
        case "rename":
        case "link":
          if (change.path === root) return;
          changeName(now, change);
          pendingNames.push(change);
          return;
        case "write":
        case "truncate":
          byInode.get(change.inode)?.pending.push(change);
          return;
        case "sync file": {
          const file = byInode.get(change.inode);
          if (file === undefined) return;
          for (const each of file.pending) file.durable = applied(file.durable, each);
          file.pending = [];
          return;
        }
        case "sync folder": {
          const isOf = (each: NameChange): boolean => foldersOf(each).includes(change.path);
          for (const each of pendingNames.filter(isOf)) changeName(durable, each);
          pendingNames = pendingNames.filter((each) => !isOf(each));
          return;
        }
        case "told":
          return;
      }
    },
    namesAfterLoss(random, loss) {
      const names: Names = new Map(durable);
      const inOrder = random.below(pendingNames.length + 1);
      for (const [index, change] of pendingNames.entries()) {
        const isKept =
          loss === "all kept" ||
          (loss === "kept in order" && index < inOrder) ||
          (loss === "by chance" && random.chance(0.5));
        if (isKept) changeName(names, change);
      }
      // A name whose folder is gone cannot be reached.
      return [...names]
        .filter(([path]) => path === root || hasFolders(names, path, root))
        .map(([path, file]) => ({ path, file }));
    },
  };
}

function hasFolders(names: Names, path: string, root: string): boolean {
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) {
    if (!names.has(folder) || folder === dirname(folder)) return false;
  }
  return true;
}

/** The bytes grow in place where they can: a log of many megabytes is replayed. */
export function applied(bytes: Buffer, change: FileChange): Buffer {
  if (change.kind === "truncate") return resized(bytes, change.size);
  const end = change.offset + change.data.length;
  const grown = end > bytes.length ? resized(bytes, end) : bytes;
  change.data.copy(grown, change.offset);
  return grown;
}

function resized(bytes: Buffer, size: number): Buffer {
  if (size <= bytes.length) return bytes.subarray(0, size);
  const capacity = bytes.buffer.byteLength - bytes.byteOffset;
  if (size <= capacity) {
    const grown = Buffer.from(bytes.buffer, bytes.byteOffset, size);
    grown.fill(0, bytes.length);
    return grown;
  }
  const grown = Buffer.from(new ArrayBuffer(Math.max(size * 2, 65_536)), 0, size);
  bytes.copy(grown);
  return grown;
}
