// `node bench/workload-process.ts W1 '{…WorkloadOptions}'`: one workload in a process of its own, so that
// its memory and system calls are its own. Its report is the last line of standard output, as JSON.
import { once } from "node:events";
import { startEngineThread } from "./engine-thread.ts";
import type { WorkloadReport } from "./workload.ts";

export interface ProcessReport extends WorkloadReport {
  readonly peakRssMb: number;
}

const [name = "", options = "{}"] = process.argv.slice(2);
const thread = startEngineThread(new URL("workload-thread.ts", import.meta.url), {
  name,
  options: JSON.parse(options) as unknown,
});
// The thread posts its report and nothing else; an error in it rejects here.
const [report] = (await once(thread, "message")) as [WorkloadReport];
const peakRssMb = process.resourceUsage().maxRSS / 1024;
const result: ProcessReport = { ...report, peakRssMb };
console.log(JSON.stringify(result));
