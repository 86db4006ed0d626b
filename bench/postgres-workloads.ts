import { chmodSync } from "node:fs";
import { startPostgresServer } from "../src-main/storage/postgres/postgres-server.conformance.ts";
import { openPostgresStorage } from "../src-main/storage/postgres/postgres-storage.ts";
import { startBenchEngine } from "./bench-engine.ts";
import { engineRounds, type RoundWork } from "./engine-rounds.ts";
import { figureOf } from "./figure.ts";
import { openPostgresFloor } from "./postgres-floor.ts";
import { alternateRounds, ratios } from "./rounds.ts";
import { chainOf } from "./step-workflows.ts";
import type { Workload, WorkloadOptions, WorkloadReport } from "./workload.ts";

/** W1 on PostgreSQL: each step costs one commit of two round trips. */
export const postgresSteps: Workload = {
  title: "PostgreSQL: one run, 1,000 steps one after another",
  measure(options) {
    const length = options.isQuick ? 100 : 1_000;
    const work = { definition: chainOf(length), runs: 1, nodesARun: length, lastCount: length };
    return measure(work, 1, options);
  },
};

/** W2 on PostgreSQL: the transitions of all runs in one turn share a commit. */
export const postgresRuns: Workload = {
  title: "PostgreSQL: 100 runs at once, 10 steps each",
  measure: (options) =>
    measure({ definition: chainOf(10), runs: 100, nodesARun: 10, lastCount: 10 }, 5, options),
};

const mostFloorSteps = 500;

async function measure(
  work: RoundWork,
  atLeast: number,
  options: WorkloadOptions,
): Promise<WorkloadReport> {
  // The server may run as another user, who has to get to its folder.
  chmodSync(options.folder, 0o755);
  const server = await startPostgresServer({ durable: true, parentFolder: options.folder });
  try {
    const storage = await openPostgresStorage({ url: server.url, appVersion: "bench" });
    const { version } = await storage.describe();
    const engine = engineRounds(await startBenchEngine(storage), work);
    const floor = await openPostgresFloor(server.url);
    const steps = work.runs * work.nodesARun;
    const floorSteps = Math.min(steps, mostFloorSteps);
    const sides = [
      { name: "engine", steps, round: () => engine.timed() },
      { name: "raw pg", steps: floorSteps, round: () => floor.run(floorSteps) },
    ];
    const times = await alternateRounds({ ...options, sides });
    await floor.close();
    const failures = await engine.close();
    const [ours, raw] = times;
    return {
      conditions: [`PostgreSQL ${version}, fsync on; raw pg commits twice a step`],
      figures: [
        ...times.map(({ name, usPerStep }) => figureOf(name, usPerStep, "µs a step")),
        ...(ours === undefined || raw === undefined
          ? []
          : [figureOf("× raw pg", ratios(ours, raw), "×", { atLeast })]),
        figureOf("commits a step", engine.commitsAStep.slice(options.warmUps), ""),
      ],
      rounds: Object.fromEntries(
        times.map(({ name, usPerStep }) => [`${name}, µs a step`, usPerStep]),
      ),
      failures,
    };
  } finally {
    await server.stop();
  }
}
