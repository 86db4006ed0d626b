import { setTimeout as pause } from "node:timers/promises";
import { timestamp, type Clock } from "../../app/engine/clock.ts";
import { isTransientStorageError } from "../../app/storage/storage-error.ts";
import type { Fence, RecoveryReport, Storage } from "../../app/storage/storage.ts";
import { endSurvivor } from "../nodes/child-process-identity.ts";
import type { EndedChildProcess } from "./core.ts";

export interface RecoveryAtStart {
  readonly storage: Storage;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly bootId: string;
  /** Engines of a shared database that are provably dead: their lease need not run out. */
  readonly deadInstances?: readonly string[];
}

/** After this time without a beat an owner that is not known to be dead counts as dead (seconds). */
const thresholdSecs = 30;
const triesForTransientErrors = 3;
const pauseMs = 300;

/**
 * Marks everything that earlier instances left running. Whoever holds the data folder's lock knows that they
 * are all dead; in a shared database those are that are proved to be, or whose lease ran out. Tried again when the disk is busy or full for a moment; then it throws.
 */
export async function recoverAtStart(start: RecoveryAtStart): Promise<RecoveryReport> {
  const { storage, fence, clock, bootId, deadInstances = [] } = start;
  for (let tries = 1; ; tries++) {
    try {
      const at = timestamp(clock.now());
      return await storage.recoverInterruptedRuns({
        fence,
        at,
        thresholdSecs,
        bootId,
        scope: "start",
        deadInstances,
      });
    } catch (error) {
      if (!isTransientStorageError(error) || tries === triesForTransientErrors) throw error;
      await pause(pauseMs);
    }
  }
}

/** Ends the programs that killed steps left behind, before anybody is offered to run those steps again. */
export async function endLeftoverChildren(
  storage: Storage,
  { sharedBy }: { readonly sharedBy: string | null } = { sharedBy: null },
): Promise<EndedChildProcess[]> {
  const ended: EndedChildProcess[] = [];
  for (const child of await storage.listChildProcesses()) {
    const { runId, nodePath, pid } = child;
    const where = sharedBy === null ? "here" : await placeOfChild(storage, runId, sharedBy);
    if (where === "elsewhere") continue;
    const outcome = await endSurvivor(child);
    if (outcome === "ended") ended.push({ runId, nodePath, pid });
    if (outcome === "ended" || where === "here")
      await storage.removeChildProcess(child.nodeExecutionId);
  }
  return ended;
}

/**
 * In a shared database children of living engines and of other machines are listed, too. After a recovery a
 * `running` run has a living engine. A run that may go anywhere does not tell where its child was.
 */
async function placeOfChild(
  storage: Storage,
  runId: string,
  machineId: string,
): Promise<"here" | "elsewhere" | "unknown"> {
  const run = await storage.getRun(runId);
  if (run === null || run.status === "running") return "elsewhere";
  if (run.trigger.machineId === undefined) return "unknown";
  return run.trigger.machineId === machineId ? "here" : "elsewhere";
}
