import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { startPostgresServer } from "../src-main/storage/postgres/postgres-server.conformance.ts";
import { openPostgresStorage } from "../src-main/storage/postgres/postgres-storage.ts";
import { startBenchEngine } from "./bench-engine.ts";
import { figureOf } from "./figure.ts";
import { alternateRounds, ratios } from "./rounds.ts";
import { chainOf, waitMs } from "./step-workflows.ts";
import type { Workload } from "./workload.ts";

const runsAtOnce = 10;
const stepsARun = 10;
/** A short look: it must not take the workers' processor. */
const lookEveryMs = 10;

/** 1, 2 and 4 worker processes on one database, which have worked before: each brings its capacity. */
export const postgresWorkers: Workload = {
  title: `PostgreSQL: 1, 2 and 4 workers, ${runsAtOnce} runs at once each, steps that wait ${waitMs} ms`,
  async measure(options) {
    const runs = options.isQuick ? 40 : 160;
    chmodSync(options.folder, 0o755);
    const server = await startPostgresServer({ durable: true, parentFolder: options.folder });
    const database = new Client({ connectionString: server.url });
    await database.connect();
    try {
      const storage = await openPostgresStorage({ url: server.url, appVersion: "bench" });
      const { version } = await storage.describe();
      const queue = await startBenchEngine(storage, { onlyRuns: new Set() });
      const lost: string[] = [];
      const lease = storage.shared.keepLease(queue.fence, ({ message }) => lost.push(message));
      const round = async (workers: number): Promise<number> => {
        const processes = await Promise.all(
          Array.from({ length: workers }, () => startWorker(server.url)),
        );
        await queue.queueAll({ definition: chainOf(stepsARun), runs });
        const begun = performance.now();
        for (const worker of processes) worker.send("begin");
        await allEnded(database);
        const ms = performance.now() - begun;
        await Promise.all(
          processes.map((worker) => {
            const ended = once(worker, "exit");
            worker.send("end");
            return ended;
          }),
        );
        return ms;
      };
      const steps = runs * stepsARun;
      const times = await alternateRounds({
        ...options,
        sides: [1, 2, 4].map((workers) => ({
          name: `${workers} ${workers === 1 ? "worker" : "workers"}`,
          steps,
          round: () => round(workers),
        })),
      });
      const failures = [...(await wrongRuns(database)), ...lost];
      await lease.close();
      await queue.close();
      const [one, two, four] = times;
      return {
        conditions: [
          `PostgreSQL ${version}, fsync on; ${runs} runs of ${stepsARun} steps, queued before`,
        ],
        figures: [
          ...times.map(({ name, usPerStep }) => figureOf(name, usPerStep, "µs a step")),
          ...(one === undefined || two === undefined || four === undefined
            ? []
            : [
                figureOf("2 workers × 1", ratios(two, one), "×", { atLeast: 1.5 }),
                figureOf("4 workers × 1", ratios(four, one), "×"),
              ]),
        ],
        rounds: Object.fromEntries(
          times.map(({ name, usPerStep }) => [`${name}, µs a step`, usPerStep]),
        ),
        failures,
      };
    } finally {
      await database.end();
      await server.stop();
    }
  },
};

async function startWorker(url: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL("postgres-worker.ts", import.meta.url));
  const worker = fork(file, [url, String(runsAtOnce)]);
  const ready = Promise.withResolvers<void>();
  worker.on("message", (message) => {
    if (message === "ready") ready.resolve();
    else console.error("A worker complains:", message);
  });
  worker.once("exit", () => ready.reject(new Error("A worker ended before it was ready.")));
  await ready.promise;
  return worker;
}

async function allEnded(database: Client): Promise<void> {
  for (;;) {
    const { rows } = await database.query(
      "select 1 from handshake.workflow_run where status in ('queued', 'running') limit 1",
    );
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function wrongRuns(database: Client): Promise<readonly string[]> {
  const { rows } = await database.query<{ status: string; runs: number }>(
    `select status, count(*)::int4 as runs from handshake.workflow_run
      where status <> 'completed' or nodes_done <> ${stepsARun} group by status`,
  );
  return rows.map(({ status, runs }) => `${runs} runs are ${status}, or not all of their steps`);
}
