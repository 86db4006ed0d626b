// The thread in which engine and SQLite live together, as the product's core thread. See workload-process.ts.
import { parentPort, workerData } from "node:worker_threads";
import type { WorkloadOptions } from "./workload.ts";
import { isWorkloadName, workloads } from "./workloads.ts";

// Made by workload-process.ts, of the same version.
const { name, options } = workerData as { name: string; options: WorkloadOptions };
if (!isWorkloadName(name)) throw new Error(`There is no workload ${name}.`);
parentPort?.postMessage(await workloads[name].measure(options));
