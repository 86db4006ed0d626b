import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import {
  freePort,
  serverUser,
} from "../../src-main/storage/postgres/postgres-server.conformance.ts";

export interface PgBouncer {
  /** The same database, reached through it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The program; null where it is not installed. Debian keeps it where only root looks. */
export function findPgBouncer(): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const paths = folders.map((folder) => join(folder, "pgbouncer"));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** On a free port of loopback, before the server that `url` names, with what a test adds to its settings. */
export async function startPgBouncer(
  program: string,
  url: string,
  settings: Readonly<Record<string, string>>,
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), "handshake-pgbouncer-"));
  const target = new URL(url);
  const port = await freePort();
  const users = join(folder, "users.txt");
  const config = join(folder, "pgbouncer.ini");
  writeFileSync(users, `"${target.username}" "${target.password}"\n`, { mode: 0o600 });
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: String(port),
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: users,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const database = `* = host=${target.hostname} port=${target.port}`;
  writeFileSync(config, ["[databases]", database, "[pgbouncer]", ...lines, ""].join("\n"));
  // Like the server it refuses to run as root.
  const user = serverUser();
  if (user !== null)
    for (const path of [folder, users, config]) chownSync(path, user.uid, user.gid);
  const child = spawn(program, [config], { ...user, stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(child, "exit");
  const words: string[] = [];
  let isUp = false;
  for await (const line of createInterface({ input: child.stderr })) {
    words.push(line);
    isUp = line.includes("process up");
    if (isUp) break;
  }
  if (!isUp) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`PgBouncer did not start: ${words.slice(-5).join(" ")}`);
  }
  child.stderr.resume();
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(port);
  return {
    url: through.toString(),
    async stop() {
      child.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
