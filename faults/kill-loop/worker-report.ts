import { writeSync } from "node:fs";
import type { RecordedSubStep } from "./ledger-nodes.ts";

/** What a worker tells its parent, a line each, at the moment at which it is true. */
export type WorkerReport =
  | { readonly tell: "loaded" }
  | { readonly tell: "step"; readonly step: string }
  /** What lies in the data file before recovery: [run, its newest event, its status]. */
  | { readonly tell: "opened"; readonly runs: readonly RunRow[] }
  | { readonly tell: "recovered"; readonly runs: readonly string[] }
  | { readonly tell: "resumed"; readonly runId: string }
  | { readonly tell: "started"; readonly requestKey: string; readonly runId: string }
  | {
      readonly tell: "committed";
      readonly runId: string;
      readonly lastSeq: number;
      readonly status: string;
    }
  | ({ readonly tell: "sub-step" } & RecordedSubStep)
  | { readonly tell: "ended"; readonly runId: string; readonly status: string }
  | { readonly tell: "backed up"; readonly folder: string }
  | { readonly tell: "closed" };

export type RunRow = readonly [runId: string, lastSeq: number, status: string];

/** Written at once: what was told before a SIGKILL arrives at the parent. */
export function report(what: WorkerReport): void {
  const line = Buffer.from(`${JSON.stringify(what)}\n`);
  let written = 0;
  while (written < line.length) written += writeSync(1, line, written);
}
