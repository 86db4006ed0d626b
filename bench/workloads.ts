import { memoryOverTime } from "./memory-workload.ts";
import { recoveryAfterCrash } from "./recovery-workload.ts";
import { millionRuns } from "./run-list-workload.ts";
import { manyRuns, sequentialSteps, wideGraph } from "./step-workloads.ts";
import { listStart } from "./ui/list-start-workload.ts";
import { liveUpdates } from "./ui/live-workload.ts";
import { mainThreadWhileBusy } from "./ui/main-thread-workload.ts";
import { roundTrips } from "./ui/round-trip-workload.ts";
import { postgresWorkers } from "./postgres-workers.ts";
import { postgresRuns, postgresSteps, postgresStepsFarAway } from "./postgres-workloads.ts";
import type { Workload } from "./workload.ts";

export const workloads = {
  W1: sequentialSteps,
  W2: manyRuns,
  W3: wideGraph,
  W4: recoveryAfterCrash,
  W5: millionRuns,
  W6: memoryOverTime,
  "pg-W1": postgresSteps,
  "pg-W1-far": postgresStepsFarAway,
  "pg-W2": postgresRuns,
  "pg-workers": postgresWorkers,
  "ui-start": listStart,
  "ui-main-thread": mainThreadWhileBusy,
  "ui-ipc": roundTrips,
  "ui-live": liveUpdates,
} as const satisfies Readonly<Record<string, Workload>>;

export type WorkloadName = keyof typeof workloads;

export function isWorkloadName(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name);
}
