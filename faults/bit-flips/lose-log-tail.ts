import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { World } from "../../app/storage/storage-fixture.conformance.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import { dataPaths } from "../../src-main/storage/sqlite/sqlite-database.ts";
import { highWaterFile } from "../../src-main/storage/sqlite/sqlite-high-water.ts";
import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { seededRandom } from "../seeded-random.ts";
import { memoryFolder } from "../power-loss/memory-folder.ts";

export interface LogTailOptions {
  readonly seed: number;
  readonly cuts: number;
  readonly only?: number;
}

export interface LogTailResult {
  /** Cuts before the last mark: each must be told. */
  readonly promised: number;
  readonly detected: number;
  /** Cuts behind it: nothing is promised, and nothing is refused. */
  readonly notPromised: number;
  readonly seconds: number;
  readonly failures: readonly string[];
}

/** A commit, and how long the log was when it was acknowledged. */
interface CommitSize {
  readonly logBytes: number;
  readonly isMarked: boolean;
}

/** Cuts the write-ahead log of a process that died at seeded places, and opens what is left. */
export async function loseLogTails({ seed, cuts, only }: LogTailOptions): Promise<LogTailResult> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(memoryFolder(), "handshake-log-tail-"));
  const template = join(folder, "template");
  const failures: string[] = [];
  let promised = 0;
  let detected = 0;
  let notPromised = 0;
  try {
    const commits = await writeTemplate(folder, template);
    const marked = Math.max(
      ...commits.filter(({ isMarked }) => isMarked).map(({ logBytes }) => logBytes),
    );
    const logBytes = statSync(join(template, "handshake.db-wal")).size;
    for (let index = only ?? 0; index < (only === undefined ? cuts : only + 1); index += 1) {
      const random = seededRandom(seed * 1_000_003 + index);
      const cutAt = random.below(logBytes);
      const data = join(folder, "data");
      cpSync(template, data, { recursive: true });
      truncateSync(join(data, "handshake.db-wal"), cutAt);
      const isPromised = cutAt < marked;
      const outcome = await open(data);
      if (isPromised) promised += 1;
      else notPromised += 1;
      if (isPromised && outcome === "told") detected += 1;
      if (outcome !== (isPromised ? "told" : "opened"))
        failures.push(
          `the log was cut at ${cutAt} of ${logBytes} bytes, the mark is at ${marked}: ${outcome}; ` +
            `node faults/bit-flips/run.ts --seed ${seed} --cut ${index}`,
        );
      rmSync(data, { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { promised, detected, notPromised, seconds, failures };
}

/** A data folder as a killed process leaves it: everything is in the log, the mark is a little behind. */
async function writeTemplate(folder: string, template: string): Promise<readonly CommitSize[]> {
  const live = join(folder, "live");
  let now = Date.parse("2026-01-01T00:00:00.000Z");
  let marks = 0;
  const file = highWaterFile(dataPaths(live).highWater);
  const storage = await openSqliteStorage({
    folder: live,
    appVersion: "0.1.0",
    now: () => now,
    highWater: {
      read: () => file.read(),
      write(mark) {
        marks += 1;
        file.write(mark);
      },
    },
  });
  const world = await World.open({
    storage,
    reopen: () => Promise.reject(new Error("nothing is opened again here")),
    close: () => storage.close(),
  });
  const commits: CommitSize[] = [];
  for (let step = 0; step < 60; step += 1) {
    // A mark is written at most every five seconds: with every tenth commit, not with the last ones.
    if (step % 10 === 5) now += 6_000;
    const before = marks;
    await world.createRun();
    const logBytes = statSync(join(live, "handshake.db-wal")).size;
    commits.push({ logBytes, isMarked: marks > before });
  }
  // Not with this process's own file handles: closing them would drop SQLite's locks.
  execFileSync("cp", ["-r", live, template]);
  await world.close();
  return commits;
}

async function open(folder: string): Promise<string> {
  try {
    const storage = await openSqliteStorage({ folder, appVersion: "0.1.0" });
    const problems = await storage.verify({ quick: false });
    await storage.close();
    return problems.length === 0 ? "opened" : `opened with ${problems.length} problems`;
  } catch (error) {
    // CORRUPT: not even the schema is left.
    if (error instanceof StorageError && (error.code === "DAMAGED" || error.code === "CORRUPT"))
      return "told";
    return String(error);
  }
}

export function logTailFigures(result: LogTailResult): string {
  const { promised, detected, notPromised, seconds } = result;
  return (
    `${detected} of ${promised} losses before the last mark were told in ${seconds} s; ` +
    `${notPromised} cuts behind it, where nothing is promised`
  );
}
