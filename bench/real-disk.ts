import { statfsSync } from "node:fs";

/** Linux: the magic numbers of file systems that live in memory, where an fsync costs nothing. */
const inMemory = new Map([
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
]);
const known = new Map([
  [0xef53, "ext2/3/4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x2fc12fc1, "zfs"],
  [0x794c7630, "overlayfs"],
]);

/** Throws when the folder lies in memory. Answers what it lies on. */
export function requireRealDisk(folder: string): string {
  if (process.platform !== "linux") return process.platform;
  const { type } = statfsSync(folder);
  const memory = inMemory.get(type);
  if (memory !== undefined) {
    throw new Error(
      `The benchmark's folder ${folder} lies on ${memory}, where writing is free. Check the project out on a disk.`,
    );
  }
  return known.get(type) ?? `file system 0x${type.toString(16)}`;
}
