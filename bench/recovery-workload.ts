import { join } from "node:path";
import type { Fence, Storage } from "../app/storage/storage.ts";
import { systemPorts } from "../src-main/core/system-ports.ts";
import { machineIdentity } from "../src-main/machine-identity.ts";
import { openSqliteStorage } from "../src-main/storage/sqlite/sqlite-storage.ts";
import { type Figure, figureOf, type Target } from "./figure.ts";
import { openFloorRecovery } from "./floor-recovery.ts";
import { storeRunningRuns } from "./interrupted-runs.ts";
import { alternateRounds, ratios, type SideTimes } from "./rounds.ts";
import type { Workload, WorkloadOptions, WorkloadReport } from "./workload.ts";

/** W4: how long a start takes to mark what a crash interrupted, before any work is accepted. */
export const recoveryAfterCrash: Workload = {
  title: "marking what a crash interrupted",
  async measure(options) {
    const few = await measureRecovery(options, 1_000, { below: 100 });
    const many = await measureRecovery(options, options.isQuick ? 2_000 : 10_000, { below: 800 });
    return {
      conditions: [
        "each interrupted attempt is one run with one running node; a restart on the same boot",
        "the floors mark a node and its run with an event each; floor (a) is measured on 1,000",
      ],
      figures: [...few.figures, ...many.figures],
      rounds: { ...few.rounds, ...many.rounds },
      failures: [...few.failures, ...many.failures],
    };
  },
};

/** Two transactions an attempt cost the same for each. */
const mostFloorAttempts = 1_000;

async function measureRecovery(
  options: WorkloadOptions,
  attempts: number,
  target: Target,
): Promise<WorkloadReport> {
  const folder = join(options.folder, `attempts-${attempts}`);
  const storage = await openSqliteStorage({ folder, appVersion: "bench" });
  const floor = openFloorRecovery(folder);
  const failures: string[] = [];
  const oneByOne = Math.min(attempts, mostFloorAttempts);
  const times = await alternateRounds({
    ...options,
    sides: [
      {
        name: "marking",
        steps: attempts,
        round: () => crashAndRecover(storage, attempts, failures),
      },
      { name: "floor (a)", steps: oneByOne, round: () => floor.markOneByOne(oneByOne) },
      { name: "floor (b)", steps: attempts, round: () => floor.markAtOnce(attempts) },
    ],
  });
  const problems = await storage.verify({ quick: false });
  failures.push(...problems.slice(0, 10).map(({ where, message }) => `${where}: ${message}`));
  await storage.close();
  floor.close();
  const label = attempts.toLocaleString("en");
  return {
    conditions: [],
    figures: figuresOf(label, attempts, times, target),
    rounds: Object.fromEntries(
      times.map(({ name, usPerStep }) => [`${label} attempts: ${name}, µs each`, usPerStep]),
    ),
    failures,
  };
}

function figuresOf(
  label: string,
  attempts: number,
  times: readonly SideTimes[],
  target: Target,
): Figure[] {
  const [marking, floorA, floorB] = times;
  if (marking === undefined || floorA === undefined || floorB === undefined) return [];
  const totalMs = ({ usPerStep }: SideTimes): number[] =>
    usPerStep.map((us) => (us * attempts) / 1_000);
  return [
    figureOf(`${label} attempts marked`, totalMs(marking), "ms", target),
    figureOf("floor (a)", totalMs(floorA), "ms"),
    figureOf("floor (b)", totalMs(floorB), "ms"),
    figureOf("× floor (a)", ratios(marking, floorA), "×"),
    figureOf("× floor (b)", ratios(marking, floorB), "×"),
  ];
}

async function crashAndRecover(
  storage: Storage,
  attempts: number,
  failures: string[],
): Promise<number> {
  await storeRunningRuns(storage, await register(storage), attempts);
  const fence = await register(storage);
  const { bootId } = machineIdentity();
  const request = { fence, at: now(), thresholdSecs: 30, bootId, scope: "start" } as const;
  const begun = performance.now();
  const report = await storage.recoverInterruptedRuns(request);
  const ms = performance.now() - begun;
  const again = await storage.recoverInterruptedRuns(request);
  const found = `${report.stalled.length} stalled, ${report.poisoned.length} poisoned, then ${again.stalled.length}`;
  const expected = `${attempts} stalled, 0 poisoned, then 0`;
  if (found !== expected) failures.push(`Recovery found ${found}; expected ${expected}.`);
  return ms;
}

function register(storage: Storage): Promise<Fence> {
  const instanceId = systemPorts.newUuid();
  const identity = { ...machineIdentity(), instanceId, kind: "bench", appVersion: "bench" };
  return storage.registerInstance({ ...identity, at: now() });
}

function now(): string {
  return new Date().toISOString();
}
