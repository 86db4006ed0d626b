import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStorage } from "../../src-main/core/open-storage.ts";
import { checkFailures } from "../io-faults/check-failures.ts";
import { playAll, startObserved } from "../io-faults/observed-core.ts";
import { createAcknowledged, type Acknowledged } from "../kill-loop/acknowledged.ts";
import { openCallLedger, readCallLedger } from "../kill-loop/call-ledger.ts";
import { checkWorld } from "../kill-loop/check-world.ts";
import { makeSmallDisk, type SmallDisk } from "./small-disk.ts";

export interface LevelResult {
  /** Pages of 4 KB that were left. */
  readonly level: number;
  readonly notices: readonly string[];
  /** Transitions that were acknowledged before, while, and after the disk was full. */
  readonly acknowledged: readonly [before: number, full: number, after: number];
  readonly problems: readonly string[];
}

/** What a pause may take to be told, and work to go on. */
const longestMs = 60_000;

/** Fills the disk up to `level` pages while runs work, waits for the pause, frees it, and waits for the end. */
export async function playLevel(disk: SmallDisk, level: number): Promise<LevelResult> {
  const dataFolder = join(disk.folder, `level-${level}`);
  const outside = mkdtempSync(join(tmpdir(), "handshake-disk-full-"));
  const ledgerFile = join(outside, "ledger");
  const ledger = openCallLedger(ledgerFile);
  const told = createAcknowledged();
  const isPaused = Promise.withResolvers<void>();
  const problems: string[] = [];
  try {
    const { core, notices } = await startObserved({
      dataFolder,
      told,
      ledger,
      onNotice(code) {
        if (code === "STORAGE_FULL") isPaused.resolve();
      },
    });
    const isBegun = Promise.withResolvers<void>();
    // A large result does not fit into any level: it pauses the first batch already.
    const runs = level % 4 === 3 ? 3 : 2;
    const work = playAll(core, told, { runs, onBegun: () => isBegun.resolve() });
    work.catch(isBegun.reject);
    await isBegun.promise;
    const before = told.count;
    disk.fill(level);
    const paused = await within(longestMs, isPaused.promise);
    const full = told.count - before;
    if (!paused) problems.push("no notice told that the disk is full");
    disk.free();
    if (!(await within(longestMs, work))) problems.push("work did not go on when there was room");
    if (paused && !notices.includes("STORAGE_OK"))
      problems.push(`no notice told that work goes on: ${notices.join(", ")}`);
    await core.close({ drainMs: 0 });
    problems.push(...(await look({ dataFolder, ledgerFile, told })));
    return { level, notices, acknowledged: [before, full, told.count - before - full], problems };
  } finally {
    disk.free();
    ledger.close();
    rmSync(outside, { recursive: true, force: true });
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function look(world: {
  readonly dataFolder: string;
  readonly ledgerFile: string;
  readonly told: Acknowledged;
}): Promise<string[]> {
  const { dataFolder, ledgerFile, told } = world;
  const storage = await openStorage(dataFolder);
  try {
    const calls = readCallLedger(ledgerFile);
    return [
      ...(await checkWorld({ storage, told, calls, workers: 1, expected: null })),
      ...(await checkFailures(storage)),
    ];
  } finally {
    await storage.close();
  }
}

async function within(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const limit = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => limit.resolve(false), limitMs);
  const isDone = await Promise.race([work.then(() => true), limit.promise]);
  clearTimeout(timer);
  return isDone;
}

export interface DiskFullResult {
  readonly kind: SmallDisk["kind"];
  readonly levels: readonly LevelResult[];
  readonly failures: readonly string[];
}

export async function fillDisk(levels: readonly number[]): Promise<DiskFullResult> {
  const disk = makeSmallDisk();
  try {
    const results: LevelResult[] = [];
    for (const level of levels) results.push(await playLevel(disk, level));
    const failures = results
      .filter(({ problems }) => problems.length > 0)
      .map(({ level, problems }) =>
        [`node faults/disk-full/run.ts --only ${level}`, ...problems].join("\n  "),
      );
    return { kind: disk.kind, levels: results, failures };
  } finally {
    disk.remove();
  }
}

export function diskFullFigures({ kind, levels, failures }: DiskFullResult): string {
  const sum = (place: 0 | 1 | 2): number =>
    levels.reduce((total, { acknowledged }) => total + acknowledged[place], 0);
  return (
    `${levels.length} levels of ${kind}: ${sum(0)} transitions acknowledged before, ${sum(1)} in what was left, ` +
    `${sum(2)} after it was freed; ${failures.length} failed`
  );
}
