import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The TCP and UDP sockets of a process that reach, or could be reached from, beyond this machine (Linux). */
export function nonLoopbackSockets(pid: number): string[] {
  const inodes = new Set(socketInodes(pid));
  const found: string[] = [];
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    const [, ...lines] = readFileSync(`/proc/${pid}/net/${table}`, "utf8").trim().split("\n");
    for (const line of lines) {
      // sl, local address, remote address, …, inode
      const [, local = "", remote = "", , , , , , , inode = ""] = line.trim().split(/\s+/);
      if (inodes.has(inode) && !isLoopback(local)) found.push(`${table} ${local} ${remote}`);
    }
  }
  return found;
}

function socketInodes(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const match = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
      return match?.[1] === undefined ? [] : [match[1]];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
}

/** 127.x.x.x and ::1 as the kernel writes them: words in the machine's (little) byte order. */
function isLoopback(address: string): boolean {
  const [host = ""] = address.split(":");
  if (host.length === 8) return host.endsWith("7F");
  return host === `${"0".repeat(24)}01000000` || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(host);
}
