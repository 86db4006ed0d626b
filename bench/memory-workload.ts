import { join } from "node:path";
import { openBenchEngine } from "./bench-engine.ts";
import { heapSettings } from "./engine-thread.ts";
import { fanOf } from "./step-workflows.ts";
import type { Workload } from "./workload.ts";

const nodesARun = 1_000;
const maxConcurrentNodes = 64;

/** W6: an engine that works for months must not grow. */
export const memoryOverTime: Workload = {
  title: "memory over 100,000 nodes in a sequence of runs",
  async measure({ folder, isQuick }) {
    const runs = isQuick ? 20 : 100;
    const engine = await openBenchEngine(join(folder, "engine"));
    const definition = fanOf(nodesARun, maxConcurrentNodes);
    const failures: string[] = [];
    const rssMb = [readRssMb()];
    for (let done = 0; done < runs; done += 1) {
      const runIds = await engine.runAll({ definition, runs: 1 });
      for (const runId of runIds) {
        const run = await engine.storage.getRun(runId);
        if (run?.status !== "completed" || run.nodesDone !== nodesARun) {
          failures.push(`Run ${runId}: ${run?.status}, ${run?.nodesDone} nodes done.`);
        }
      }
      rssMb.push(readRssMb());
    }
    failures.push(...engine.complaints);
    await engine.close();
    const first = rssMb[0] ?? 0;
    const tenth = rssMb[Math.ceil(runs / 10)] ?? first;
    return {
      conditions: [
        `${runs} runs of ${nodesARun} nodes one after another, maxConcurrentNodes ${maxConcurrentNodes}`,
        `the resident set is that of the whole process; engine's thread: ${heapSettings}`,
      ],
      figures: [
        { name: "resident before the first run", value: first, unit: "MB" },
        {
          name: "most it grew",
          value: Math.max(...rssMb) - first,
          unit: "MB",
          target: { below: 50 },
        },
        {
          name: "most it grew after the first tenth",
          value: Math.max(...rssMb.slice(Math.ceil(runs / 10))) - tenth,
          unit: "MB",
        },
      ],
      rounds: { "resident after each run, MB": rssMb },
      failures,
    };
  },
};

function readRssMb(): number {
  return process.memoryUsage.rss() / 1_048_576;
}
