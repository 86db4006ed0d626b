import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "./figure.ts";
import { runWorkload, type WorkloadRequest } from "./run-workload.ts";
import { totalCalls } from "./strace-summary.ts";
import { workloads } from "./workloads.ts";

const tracer = "strace";
const fewRounds = 1;
const manyRounds = 4;

/**
 * Counts fsync and fdatasync by strace, in runs apart from the measured ones. What three more rounds of
 * the engine add is what their steps cost: opening, migrating and closing are in both.
 */
export async function countSyncs(
  request: Pick<WorkloadRequest, "name" | "benchFolder" | "isQuick">,
): Promise<Figure | null> {
  const { stepsARound, mostSyncsAStep } = workloads[request.name];
  if (stepsARound === undefined) return null;
  const target = mostSyncsAStep === undefined ? {} : { target: { atMost: mostSyncsAStep } };
  const figure = { name: "fsync + fdatasync a step", unit: "", ...target };
  const reason = whyNotTraced();
  if (reason !== null) return { ...figure, value: null, note: `not counted: ${reason}` };
  const few = await tracedSyncs(request, fewRounds);
  const many = await tracedSyncs(request, manyRounds);
  const steps = stepsARound(request.isQuick) * (manyRounds - fewRounds);
  return {
    ...figure,
    value: (many - few) / steps,
    note: "counted by strace, checkpoints included",
  };
}

function whyNotTraced(): string | null {
  const tried = spawnSync(tracer, ["-o", "|true", "true"]);
  if (tried.error !== undefined) return "strace is missing";
  return tried.status === 0 ? null : "strace may not trace here";
}

async function tracedSyncs(
  request: Pick<WorkloadRequest, "name" | "benchFolder" | "isQuick">,
  rounds: number,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "handshake-strace-"));
  const file = join(folder, "counts");
  try {
    await runWorkload({
      ...request,
      rounds,
      warmUps: 0,
      liveSeconds: 0,
      isEngineOnly: true,
      under: [tracer, "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", file],
    });
    return totalCalls(readFileSync(file, "utf8"), ["fsync", "fdatasync"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
