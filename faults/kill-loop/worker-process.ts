import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { WorkerReport } from "./worker-report.ts";

export interface WorkerFiles {
  readonly dataFolder: string;
  readonly ledgerFile: string;
}

export interface WorkerOptions extends WorkerFiles {
  /** Of each handler and sub-step. */
  readonly pauseMs: number;
  readonly rounds?: number;
  readonly backsUp?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** The worker as a bundle; its sources by default. */
  readonly program?: string;
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[];
}

/** A worker that has loaded its code and waits for `begin`. */
export interface WorkerProcess {
  /** Everything that it told, in order. */
  readonly reports: readonly WorkerReport[];
  begin(): void;
  quit(): void;
  kill(): void;
  /** Resolves at the first report that fits, also one that came before; with null when it ended. */
  told(fits: (report: WorkerReport) => boolean): Promise<WorkerReport | null>;
  /** After its last report was read. */
  readonly ended: Promise<WorkerEnd>;
}

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

const workerSource = fileURLToPath(new URL("./worker.ts", import.meta.url));

export function startWorker(options: WorkerOptions): WorkerProcess {
  const { dataFolder, ledgerFile, pauseMs, rounds = 1, backsUp = false } = options;
  const { env = {}, nodeOptions = [], program = workerSource } = options;
  const size = [`--pause=${pauseMs}`, `--rounds=${rounds}`, ...(backsUp ? ["--back-up"] : [])];
  const files = [`--data=${dataFolder}`, `--ledger=${ledgerFile}`];
  const child = spawn(process.execPath, [...nodeOptions, program, ...files, ...size], {
    stdio: ["pipe", "pipe", "pipe"],
    // The same code is loaded hundreds of times.
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
  });
  const reports: WorkerReport[] = [];
  const listeners = new Set<() => void>();
  let isOver = false;
  let errors = "";
  child.stdin.on("error", () => undefined); // it may be gone already
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  createInterface(child.stdout).on("line", (line) => {
    reports.push(JSON.parse(line) as WorkerReport); // written by worker-report.ts
    for (const look of listeners) look();
  });
  const ended = once(child, "close").then((): WorkerEnd => {
    isOver = true;
    for (const look of listeners) look();
    return { code: child.exitCode, signal: child.signalCode, errors };
  });
  return {
    reports,
    ended,
    begin: () => void child.stdin.write("go\n"),
    quit: () => void child.stdin.write("quit\n"),
    kill: () => void child.kill("SIGKILL"),
    told: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = reports.find(fits);
          if (found === undefined && !isOver) return;
          listeners.delete(look);
          resolve(found ?? null);
        };
        listeners.add(look);
        look();
      }),
  };
}

export const compileCache = fileURLToPath(
  new URL("../../node_modules/.cache/faults", import.meta.url),
);
