import type { WorkloadReport } from "../workload.ts";

/** A workload that cannot run here: it counts as skipped, never as measured. */
export function skipped(reason: string): WorkloadReport {
  return { conditions: [], figures: [], rounds: {}, failures: [], skipped: reason };
}
