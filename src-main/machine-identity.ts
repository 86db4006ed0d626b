import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** Tells this process, this boot and this machine from others (engine.md §7). Never used to decide ownership. */
export interface MachineIdentity {
  readonly pid: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly processStartedAt: string;
  /** Changes with every start of the operating system: tells a power loss from a crash. */
  readonly bootId: string;
  /** A hash: the machine's own id is nobody's business. */
  readonly machineId: string;
}

export function machineIdentity(): MachineIdentity {
  return {
    pid: process.pid,
    processStartedAt: new Date(performance.timeOrigin).toISOString(),
    bootId: bootId(),
    machineId: createHash("sha256").update(`handshake:${machineName()}`).digest("hex").slice(0, 32),
  };
}

function bootId(): string {
  return readBootId() ?? approximateBootTime();
}

function readBootId(): string | null {
  if (process.platform === "linux") return readText("/proc/sys/kernel/random/boot_id");
  if (process.platform === "darwin") return output("/usr/sbin/sysctl", ["-n", "kern.boottime"]);
  return null;
}

// Windows has no boot id that costs nothing: the time it started, to the minute, which is as near as
// the clock allows. A wrong guess only makes a crash look like a power loss.
function approximateBootTime(): string {
  const minutes = Math.round((Date.now() / 1_000 - uptime()) / 60);
  return `boot-${minutes}`;
}

function machineName(): string {
  return readMachineId() ?? hostname();
}

function readMachineId(): string | null {
  if (process.platform === "linux") {
    return readText("/etc/machine-id") ?? readText("/var/lib/dbus/machine-id");
  }
  if (process.platform === "darwin") return output("/usr/sbin/sysctl", ["-n", "kern.uuid"]);
  if (process.platform === "win32") {
    const key = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";
    return output("reg.exe", ["query", key, "/v", "MachineGuid", "/reg:64"]);
  }
  return null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    // Not on this system: the caller has another way.
    return null;
  }
}

function output(program: string, args: readonly string[]): string | null {
  try {
    const answer = execFileSync(program, args, {
      encoding: "utf8",
      timeout: 2_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return answer.trim() || null;
  } catch {
    // Not on this system: the caller has another way.
    return null;
  }
}
