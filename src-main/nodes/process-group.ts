import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a process group has between SIGTERM and SIGKILL. */
export const graceMs = 5_000;
const pollMs = 20;

/**
 * Asks every process of the group to end, and kills those that do not within `graceMs`. Returns when
 * the group is gone. On Windows: kills the process and its descendants at once.
 */
export async function endProcessGroup(
  groupId: number,
  options: { readonly graceMs?: number } = {},
): Promise<void> {
  // kill(-1) and kill(0) mean everything and ourselves.
  if (!Number.isSafeInteger(groupId) || groupId <= 1)
    throw new RangeError(`${groupId} is no process group.`);
  if (process.platform === "win32") return endTree(groupId);

  const deadline = performance.now() + (options.graceMs ?? graceMs);
  if (!signalGroup(groupId, "SIGTERM")) return;
  while (performance.now() < deadline) {
    await sleep(pollMs);
    if (!signalGroup(groupId, 0)) return;
  }
  signalGroup(groupId, "SIGKILL");
}

/** False when there is no such group (or, on macOS, only ended processes in it). */
function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      (error.code === "ESRCH" || error.code === "EPERM")
    )
      return false;
    throw error;
  }
}

function endTree(pid: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // It fails when the process is gone, which is what was wanted.
  execFile("taskkill", ["/pid", String(pid), "/t", "/f"], { windowsHide: true }, () => resolve());
  return promise;
}
