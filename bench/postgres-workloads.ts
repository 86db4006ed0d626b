import { chmodSync } from "node:fs";
import { Client } from "pg";
import { startPostgresServer } from "../src-main/storage/postgres/postgres-server.conformance.ts";
import { openPostgresStorage } from "../src-main/storage/postgres/postgres-storage.ts";
import { startBenchEngine } from "./bench-engine.ts";
import { engineRounds, type RoundWork } from "./engine-rounds.ts";
import { figureOf } from "./figure.ts";
import { openPostgresFloor } from "./postgres-floor.ts";
import { alternateRounds, ratios } from "./rounds.ts";
import { openSlowNetwork } from "./slow-network.ts";
import { chainOf } from "./step-workflows.ts";
import type { Workload, WorkloadOptions, WorkloadReport } from "./workload.ts";

/** W1 on PostgreSQL: each step costs one commit of two round trips. */
export const postgresSteps: Workload = {
  title: "PostgreSQL: one run, 1,000 steps one after another",
  measure(options) {
    const length = options.isQuick ? 100 : 1_000;
    const work = { definition: chainOf(length), runs: 1, nodesARun: length, lastCount: length };
    return measure({ work, atLeast: 1 }, options);
  },
};

/** W1 as a team has it, whose server is another machine: what counts there is how often a step waits for it. */
export const postgresStepsFarAway: Workload = {
  title: "PostgreSQL, 1 ms away: one run, steps one after another",
  measure(options) {
    const length = options.isQuick ? 50 : 250;
    const work = { definition: chainOf(length), runs: 1, nodesARun: length, lastCount: length };
    return measure({ work, delayMs: 1 }, options);
  },
};

/** W2 on PostgreSQL: the transitions of all runs in one turn share a commit. */
export const postgresRuns: Workload = {
  title: "PostgreSQL: 100 runs at once, 10 steps each",
  measure(options) {
    const work = { definition: chainOf(10), runs: 100, nodesARun: 10, lastCount: 10 };
    return measure({ work, atLeast: 5 }, options);
  },
};

const mostFloorSteps = 500;

interface Measured {
  readonly work: RoundWork;
  /** The target against the floor. */
  readonly atLeast?: number;
  /** How far away the server is, for both sides, in each direction. */
  readonly delayMs?: number;
}

async function measure(
  { work, atLeast, delayMs = 0 }: Measured,
  options: WorkloadOptions,
): Promise<WorkloadReport> {
  // The server may run as another user, who has to get to its folder.
  chmodSync(options.folder, 0o755);
  const server = await startPostgresServer({
    durable: true,
    parentFolder: options.folder,
    settings: { track_wal_io_timing: "on" },
  });
  const network = delayMs === 0 ? null : await openSlowNetwork(server.url, delayMs);
  const url = network?.url ?? server.url;
  try {
    const storage = await openPostgresStorage({ url, appVersion: "bench" });
    const { version } = await storage.describe();
    const engine = engineRounds(await startBenchEngine(storage), work);
    const floor = await openPostgresFloor(url);
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
      conditions: [
        `PostgreSQL ${version}, fsync on; raw pg commits twice a step`,
        `an fsync of the server's log took ${await meanSyncUs(server.url)} µs: the less, the more a ratio is of processor time`,
      ],
      figures: [
        ...times.map(({ name, usPerStep }) => figureOf(name, usPerStep, "µs a step")),
        ...(ours === undefined || raw === undefined
          ? []
          : [
              figureOf(
                "× raw pg",
                ratios(ours, raw),
                "×",
                atLeast === undefined ? undefined : { atLeast },
              ),
            ]),
        figureOf("commits a step", engine.commitsAStep.slice(options.warmUps), ""),
      ],
      rounds: Object.fromEntries(
        times.map(({ name, usPerStep }) => [`${name}, µs a step`, usPerStep]),
      ),
      failures,
    };
  } finally {
    await network?.close();
    await server.stop();
  }
}

/** Of all that the server did since its start. */
async function meanSyncUs(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ us: number }>(
    "select round(sum(fsync_time) * 1000 / sum(fsyncs))::int4 as us from pg_stat_io where object = 'wal'",
  );
  await client.end();
  return rows[0]?.us ?? Number.NaN;
}
