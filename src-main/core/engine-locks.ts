import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StorageError } from "../../app/storage/storage-error.ts";
import { takeDataLock, type DataLock, type LockHolder } from "../storage/sqlite/data-lock.ts";

/**
 * Where several engines share a database, each holds a lock of its own in its data folder. Whoever can take
 * it has the proof that its engine is dead, whatever its pid, its container or the clocks say; what cannot be
 * proved so, as on another machine, is left to the lease. Held before the engine registers.
 */
export async function holdEngineLock(
  dataFolder: string,
  instanceId: string,
  holder: LockHolder,
): Promise<DataLock> {
  const folder = lockFolder(dataFolder, instanceId);
  const lock = await takeSoon(folder, holder);
  return {
    release() {
      lock.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Somebody who looks for dead engines may just have it in his hand. */
async function takeSoon(folder: string, holder: LockHolder): Promise<DataLock> {
  for (let tries = 1; ; tries += 1) {
    try {
      return takeDataLock(folder, holder);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== "IN_USE" || tries === 40) throw error;
      await pause(25);
    }
  }
}

/** The engines of this data folder that are provably dead and were not forgotten yet. */
export function deadEngines(dataFolder: string): readonly string[] {
  const folder = join(dataFolder, "engines");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((instanceId) => isDead(dataFolder, instanceId));
}

/** Whether an engine of another process has its lock in this data folder. */
export function hasLivingEngines(dataFolder: string): boolean {
  const folder = join(dataFolder, "engines");
  return existsSync(folder) && readdirSync(folder).some((one) => !isDead(dataFolder, one));
}

/** After their runs were recovered. */
export function forgetEngines(dataFolder: string, instanceIds: readonly string[]): void {
  for (const instanceId of instanceIds) {
    if (!isDead(dataFolder, instanceId)) continue;
    rmSync(lockFolder(dataFolder, instanceId), { recursive: true, force: true });
  }
}

function isDead(dataFolder: string, instanceId: string): boolean {
  try {
    takeDataLock(lockFolder(dataFolder, instanceId), prover).release();
    return true;
  } catch (error) {
    if (error instanceof StorageError && error.code === "IN_USE") return false;
    throw error;
  }
}

const prover: LockHolder = { kind: "recovery", pid: process.pid, since: "" };

function lockFolder(dataFolder: string, instanceId: string): string {
  return join(dataFolder, "engines", instanceId);
}
