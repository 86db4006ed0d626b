import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openStorage } from "../../src-main/core/open-storage.ts";
import { seededRandom } from "../seeded-random.ts";
import { createAcknowledged, type Acknowledged } from "./acknowledged.ts";
import { readCallLedger } from "./call-ledger.ts";
import { checkWorld, valueOf } from "./check-world.ts";
import { nextKill, type KillPlan } from "./kill-plan.ts";
import { startWorker, type WorkerEnd, type WorkerProcess } from "./worker-process.ts";

export interface WorldOptions {
  readonly seed: number;
  /** After so many the workers are left alone; 0: an undisturbed world. */
  readonly mostKills: number;
  /** By request key, what the undisturbed world gave. */
  readonly expected: ReadonlyMap<string, unknown> | null;
  /** The worker's bundle. */
  readonly program: string;
}

export interface WorldResult {
  readonly kills: number;
  readonly stalls: number;
  readonly calls: number;
  readonly acknowledged: number;
  readonly outputs: ReadonlyMap<string, unknown>;
  readonly problems: readonly string[];
}

/** Longer than a worker ever takes: one that hangs is a finding. */
const longestLifeMs = 120_000;

/** Plays one data folder until all of its runs have ended, with workers that are killed and started again. */
export async function playWorld(options: WorldOptions): Promise<WorldResult> {
  const { seed, mostKills, expected, program } = options;
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), "handshake-kill-loop-"));
  const files = { dataFolder: join(folder, "data"), ledgerFile: join(folder, "ledger") };
  const told = createAcknowledged();
  const problems: string[] = [];
  const pauseMs = mostKills === 0 ? 1 : random.between(3, 14);
  let kills = 0;
  let workers = 0;
  // The next one loads its code while this one works, so that it starts at once.
  let next = startWorker({ ...files, pauseMs, program });
  try {
    for (;;) {
      const worker = next;
      next = startWorker({ ...files, pauseMs, program });
      workers += 1;
      const plan = kills < mostKills ? nextKill(random) : null;
      const { end, isDone } = await live(worker, plan);
      told.take(worker.reports);
      problems.push(...problemsOf(end));
      if (end.signal === "SIGKILL") kills += 1;
      if (problems.length > 0 || isDone) break;
    }
    return await look({ files, told, problems, kills, workers, expected });
  } finally {
    next.kill();
    await next.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Life {
  readonly end: WorkerEnd;
  /** All runs have ended, and nobody asked it to close. */
  readonly isDone: boolean;
}

async function live(worker: WorkerProcess, plan: KillPlan | null): Promise<Life> {
  await worker.told(({ tell }) => tell === "loaded");
  worker.begin();
  const limit = setTimeout(() => worker.kill(), longestLifeMs);
  if (plan !== null) await end(worker, plan);
  const life = await worker.ended;
  clearTimeout(limit);
  if (plan === null && life.signal === "SIGKILL")
    return { end: { ...life, errors: `hung for ${longestLifeMs} ms` }, isDone: false };
  return { end: life, isDone: life.code === 0 && plan?.quits === undefined };
}

async function end(worker: WorkerProcess, plan: KillPlan): Promise<void> {
  if (plan.at !== "begin") {
    const moment = await worker.told(
      (report) => report.tell === plan.at && (report.tell !== "step" || report.step === plan.step),
    );
    if (moment === null) return;
  }
  await pause(plan.afterMs);
  if (plan.quits !== undefined) {
    worker.quit();
    await pause(plan.quits.afterMs);
  }
  worker.kill();
}

function problemsOf({ code, signal, errors }: WorkerEnd): string[] {
  if (errors !== "") return [`a worker said: ${errors.slice(0, 2_000)}`];
  return code === 0 || signal === "SIGKILL" ? [] : [`a worker ended with ${code}`];
}

async function look(played: {
  readonly files: { readonly dataFolder: string; readonly ledgerFile: string };
  readonly told: Acknowledged;
  readonly problems: readonly string[];
  readonly kills: number;
  readonly workers: number;
  readonly expected: WorldOptions["expected"];
}): Promise<WorldResult> {
  const { files, told, kills, workers, expected } = played;
  const storage = await openStorage(files.dataFolder);
  try {
    const calls = readCallLedger(files.ledgerFile);
    const found = await checkWorld({ storage, told, calls, expected, workers });
    const outputs = new Map<string, unknown>();
    for (const [requestKey, runId] of told.runIdOf)
      outputs.set(requestKey, await valueOf(storage, { of: "run", runId, slot: "output" }));
    const stalls = [...told.recoveries.values()].reduce((sum, count) => sum + count, 0);
    const problems = [...played.problems, ...found];
    return {
      kills,
      stalls,
      calls: calls.length,
      acknowledged: told.count,
      outputs,
      problems,
    };
  } finally {
    await storage.close();
  }
}
