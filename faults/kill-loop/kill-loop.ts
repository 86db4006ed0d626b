import { bundleWorker } from "../bundle-worker.ts";
import { playWorld, type WorldResult } from "./play-world.ts";

export interface KillLoopOptions {
  readonly seed: number;
  readonly kills: number;
  /** Worlds that are played side by side. */
  readonly lanes: number;
  readonly onWorld?: (seed: number, result: WorldResult) => void;
}

export interface KillLoopResult {
  readonly worlds: number;
  readonly kills: number;
  readonly stalls: number;
  readonly calls: number;
  readonly acknowledged: number;
  readonly seconds: number;
  /** Each with the command that plays its world again. */
  readonly failures: readonly string[];
}

/** Then the world may end: its database stays small, and a new seed brings other moments. */
const mostKillsOfWorld = 20;
const mostFailures = 5;

/** Plays world after world, with seeds one after another, until enough workers were killed. */
export async function killLoop(options: KillLoopOptions): Promise<KillLoopResult> {
  const worker = await bundleWorker(new URL("./worker.ts", import.meta.url));
  try {
    return await playWorlds(options, worker.file);
  } finally {
    worker.remove();
  }
}

async function playWorlds(options: KillLoopOptions, program: string): Promise<KillLoopResult> {
  const startedAt = performance.now();
  const sum = { worlds: 0, kills: 0, stalls: 0, calls: 0, acknowledged: 0 };
  const failures: string[] = [];
  const undisturbed = await playWorld({ seed: 0, mostKills: 0, expected: null, program });
  if (undisturbed.problems.length > 0)
    throw new Error(`Not even an undisturbed world is sound: ${undisturbed.problems.join("; ")}`);
  let nextSeed = options.seed;

  async function lane(): Promise<void> {
    while (sum.kills < options.kills && failures.length < mostFailures) {
      const seed = nextSeed;
      nextSeed += 1;
      const mostKills = Math.min(mostKillsOfWorld, options.kills - sum.kills);
      const expected = undisturbed.outputs;
      const result = await playWorld({ seed, mostKills, expected, program });
      sum.worlds += 1;
      sum.kills += result.kills;
      sum.stalls += result.stalls;
      sum.calls += result.calls;
      sum.acknowledged += result.acknowledged;
      if (result.problems.length > 0) {
        const again = `node faults/kill-loop/run.ts --seed ${seed} --kills ${mostKills} --lanes 1`;
        failures.push([`world ${seed}: ${again}`, ...result.problems].join("\n  "));
      }
      options.onWorld?.(seed, result);
    }
  }

  await Promise.all(Array.from({ length: options.lanes }, lane));
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { ...sum, seconds, failures };
}

export function killLoopFigures(result: KillLoopResult): string {
  const { worlds, kills, stalls, calls, acknowledged, seconds, failures } = result;
  return (
    `${kills} kills of ${worlds} worlds in ${seconds} s: ${acknowledged} acknowledged transitions, ` +
    `${stalls} stalled runs, ${calls} calls in the ledger, ${failures.length} worlds failed`
  );
}
