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
}

/** After this time without a beat an owner that is not known to be dead counts as dead (seconds). */
const thresholdSecs = 30;
const triesForTransientErrors = 3;
const pauseMs = 300;

/**
 * Marks everything that earlier instances left running. This process holds the data folder's lock, so
 * they are all dead. Tried again when the disk is busy or full for a moment; then it throws.
 */
export async function recoverAtStart(start: RecoveryAtStart): Promise<RecoveryReport> {
  const { storage, fence, clock, bootId } = start;
  for (let tries = 1; ; tries++) {
    try {
      const at = timestamp(clock.now());
      return await storage.recoverInterruptedRuns({
        fence,
        at,
        thresholdSecs,
        bootId,
        scope: "start",
      });
    } catch (error) {
      if (!isTransientStorageError(error) || tries === triesForTransientErrors) throw error;
      await pause(pauseMs);
    }
  }
}

/** Ends the programs that killed steps left behind, before anybody is offered to run those steps again. */
export async function endLeftoverChildren(storage: Storage): Promise<EndedChildProcess[]> {
  const ended: EndedChildProcess[] = [];
  for (const child of await storage.listChildProcesses()) {
    const { runId, nodePath, pid } = child;
    if ((await endSurvivor(child)) === "ended") ended.push({ runId, nodePath, pid });
    await storage.removeChildProcess(child.nodeExecutionId);
  }
  return ended;
}
