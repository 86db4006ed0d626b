import { createAcknowledged, type Acknowledged } from "../kill-loop/acknowledged.ts";
import type { WorkerReport } from "../kill-loop/worker-report.ts";

export interface ToldSoFar {
  readonly acknowledged: Acknowledged;
  /** Backups that were said to be made. */
  readonly backups: readonly string[];
  /** What a worker wrote to its standard output: whole lines, or pieces of them. */
  take(text: string): void;
}

export function createToldSoFar(): ToldSoFar {
  const acknowledged = createAcknowledged();
  const backups: string[] = [];
  let rest = "";
  return {
    acknowledged,
    backups,
    take(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      // Written by worker-report.ts.
      const reports = lines.map((line) => JSON.parse(line) as WorkerReport);
      acknowledged.take(reports);
      for (const report of reports) if (report.tell === "backed up") backups.push(report.folder);
    },
  };
}
