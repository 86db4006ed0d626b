import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seededRandom, type SeededRandom } from "../seeded-random.ts";
import type { DiskModel, NameLoss } from "./disk-model.ts";
import { bytesAfterLoss, writeLosses, type WriteLoss } from "./lost-writes.ts";

/** What a disk holds when the power is back. */
export interface Image {
  /** By path relative to the data folder: its bytes, made when they are asked for; null for a folder. */
  readonly files: ReadonlyMap<string, (() => Buffer) | null>;
  readonly writeLoss: WriteLoss;
  readonly nameLoss: NameLoss;
}

export function imageAfterLoss(model: DiskModel, root: string, random: SeededRandom): Image {
  const writeLoss = random.pick(writeLosses);
  const nameLoss = random.pick(["none kept", "all kept", "kept in order", "by chance"] as const);
  const files = new Map<string, (() => Buffer) | null>();
  for (const { path, file } of model.namesAfterLoss(random, nameLoss)) {
    if (path === root) continue;
    // The same each time, whichever other files are asked for.
    const seed = random.below(2 ** 31);
    files.set(
      path.slice(root.length + 1),
      file === null ? null : () => bytesAfterLoss(file, writeLoss, seededRandom(seed)),
    );
  }
  return { files, writeLoss, nameLoss };
}

/** Puts the image (or its files that `isWanted`) into an empty folder. */
export function writeImage(
  { files }: Image,
  folder: string,
  isWanted: (path: string) => boolean,
): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of files) {
    if (!isWanted(path)) continue;
    const target = join(folder, path);
    if (bytes === null) mkdirSync(target, { recursive: true });
    else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes());
    }
  }
}
