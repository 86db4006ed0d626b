import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { ChildProcessRecord } from "../../app/engine/node-registry.ts";
import { endProcessGroup } from "./process-group.ts";

/**
 * When the living process `pid` was started, in the operating system's own words, together with the
 * boot where those need it: only to be compared. Null when there is none, and always on Windows.
 */
export async function readProcessStartTime(pid: number): Promise<string | null> {
  if (process.platform === "win32") return null;
  return process.platform === "linux" ? readFromProc(pid) : readFromPs(pid);
}

/**
 * Ends the process group of a child that outlived its engine. `not_the_same`: the number belongs to
 * another process by now, or that cannot be known; nothing is touched then.
 */
export async function endSurvivor(
  child: ChildProcessRecord,
): Promise<"ended" | "gone" | "not_the_same"> {
  if (process.platform === "win32") return "not_the_same";
  const startTime = await readProcessStartTime(child.pid);
  if (startTime === null) return "gone";
  if (startTime !== child.startTime) return "not_the_same";
  await endProcessGroup(child.pid);
  return "ended";
}

async function readFromProc(pid: number): Promise<string | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      (error.code === "ENOENT" || error.code === "ESRCH")
    )
      return null;
    throw error;
  }
  // proc(5): `pid (name) state …`; the name may hold anything, so count from its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const startTicks = fields[22 - 3];
  if (startTicks === undefined || state === "Z" || state === "X") return null;
  // Ticks count from the boot, so they mean nothing without it.
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
  return `${bootId.trim()}/${startTicks}`;
}

async function readFromPs(pid: number): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("/bin/ps", ["-o", "lstart=", "-p", String(pid)], {
      env: { LC_ALL: "C", TZ: "UTC" },
    });
    return stdout.trim() === "" ? null : stdout.trim();
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if (error instanceof Error && "code" in error && error.code === 1) return null;
    throw error;
  }
}
