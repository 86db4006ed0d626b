import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openReadOnlyStorage } from "../../src-main/core/open-storage.ts";
import { seededRandom } from "../seeded-random.ts";
import { populateForFlips } from "./populate-flips.ts";
import { findStoredBytes } from "./stored-bytes.ts";
import { memoryFolder } from "../power-loss/memory-folder.ts";

export interface FlipResult {
  readonly flips: number;
  readonly detected: number;
  readonly byColumn: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Each with the command that flips the same bit again. */
  readonly missed: readonly string[];
}

export interface FlipOptions {
  readonly seed: number;
  readonly flips: number;
  readonly only?: number;
}

const runs = 30;

/** Flips one bit after the other in payloads and history, and asks `verify` each time. */
export async function flipBits({ seed, flips, only }: FlipOptions): Promise<FlipResult> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(memoryFolder(), "handshake-bit-flips-"));
  const byColumn: Record<string, number> = {};
  const missed: string[] = [];
  let detected = 0;
  let flipped = 0;
  try {
    await populateForFlips(folder, runs);
    const places = findStoredBytes(folder);
    if ((await problemsOf(folder)) > 0) throw new Error("The data is not sound before any flip.");
    for (let index = only ?? 0; index < (only === undefined ? flips : only + 1); index += 1) {
      const random = seededRandom(seed * 1_000_003 + index);
      const { column, offset, length } = random.pick(places);
      const at = offset + random.below(length);
      const bit = random.below(8);
      flipped += 1;
      byColumn[column] = (byColumn[column] ?? 0) + 1;
      flip(folder, at, bit);
      if ((await problemsOf(folder)) > 0) detected += 1;
      else
        missed.push(
          `${column}, byte ${at}, bit ${bit}: node faults/bit-flips/run.ts --seed ${seed} --only ${index}`,
        );
      flip(folder, at, bit);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { flips: flipped, detected, byColumn, seconds, missed };
}

/** Nothing has the file open meanwhile. */
function flip(folder: string, at: number, bit: number): void {
  const handle = openSync(join(folder, "handshake.db"), "r+");
  try {
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, at);
    byte.writeUInt8(byte.readUInt8(0) ^ (1 << bit), 0);
    writeSync(handle, byte, 0, 1, at);
  } finally {
    closeSync(handle);
  }
}

/** A file that cannot even be opened is a problem that was noticed. */
async function problemsOf(folder: string): Promise<number> {
  let storage;
  try {
    storage = await openReadOnlyStorage(folder);
  } catch {
    return 1;
  }
  try {
    return (await storage.verify({ quick: false })).length;
  } finally {
    await storage.close();
  }
}

export function flipFigures({ flips, detected, byColumn, seconds }: FlipResult): string {
  return `${detected} of ${flips} bit flips detected in ${seconds} s: ${JSON.stringify(byColumn)}`;
}
