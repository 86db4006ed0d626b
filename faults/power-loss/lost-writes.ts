import type { SeededRandom } from "../seeded-random.ts";
import { applied, type FileChange, type ModelFile } from "./disk-model.ts";

/** What becomes of the writes that no sync has covered when the power goes. */
export const writeLosses = [
  "none kept",
  "all kept",
  "sectors by chance",
  "writes by chance",
  "cut in order",
  "one sector lost",
] as const;
export type WriteLoss = (typeof writeLosses)[number];

/** A disk writes these whole, and nothing larger. */
const sectorBytes = 512;

/** A file's bytes after the loss. Keeping a later write without an earlier one is how a disk reorders. */
export function bytesAfterLoss(
  { durable, pending }: ModelFile,
  loss: WriteLoss,
  random: SeededRandom,
): Buffer {
  const sectors = pending.flatMap(inSectors);
  const cut = random.below(sectors.length + 1);
  const lost = random.below(Math.max(1, sectors.length));
  const keptChanges = new Map<FileChange, boolean>();
  let bytes: Buffer = Buffer.from(durable);
  for (const [index, { change, of }] of sectors.entries()) {
    if (!keptChanges.has(of)) keptChanges.set(of, random.chance(0.5));
    if (isKept()) bytes = applied(bytes, change);

    function isKept(): boolean {
      switch (loss) {
        case "none kept":
          return false;
        case "all kept":
          return true;
        case "sectors by chance":
          return random.chance(0.5);
        case "writes by chance":
          return keptChanges.get(of) ?? false;
        case "cut in order":
          return index < cut;
        case "one sector lost":
          return index !== lost;
      }
    }
  }
  return bytes;
}

interface Sector {
  readonly change: FileChange;
  /** The write that it is a part of. */
  readonly of: FileChange;
}

function inSectors(change: FileChange): readonly Sector[] {
  if (change.kind === "truncate") return [{ change, of: change }];
  const sectors: Sector[] = [];
  const { inode, offset, data } = change;
  for (let from = 0; from < data.length;) {
    const to = Math.min(data.length, from + sectorBytes - ((offset + from) % sectorBytes));
    const part = { kind: "write", inode, offset: offset + from, data: data.subarray(from, to) };
    sectors.push({ change: { ...part, kind: "write" }, of: change });
    from = to;
  }
  return sectors;
}
