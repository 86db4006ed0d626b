import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ProcessReport } from "./workload-process.ts";
import type { WorkloadOptions } from "./workload.ts";
import type { WorkloadName } from "./workloads.ts";

const execute = promisify(execFile);
const entry = fileURLToPath(new URL("workload-process.ts", import.meta.url));
const longestMs = 30 * 60_000;

export interface WorkloadRequest extends Omit<WorkloadOptions, "folder" | "cacheFolder"> {
  readonly name: WorkloadName;
  /** `.bench` of the project. */
  readonly benchFolder: string;
  /** A program that the process runs under, with its options; null: under none. */
  readonly under: readonly [program: string, ...options: string[]] | null;
}

/** Runs one workload in a process of its own, in a folder that is removed afterwards. */
export async function runWorkload(request: WorkloadRequest): Promise<ProcessReport> {
  const { name, benchFolder, under, ...rest } = request;
  mkdirSync(benchFolder, { recursive: true });
  const folder = mkdtempSync(join(benchFolder, `${name}-`));
  const options: WorkloadOptions = { ...rest, folder, cacheFolder: benchFolder };
  const command = [...process.execArgv, entry, name, JSON.stringify(options)];
  const [program, ...args] = under === null ? [process.execPath] : [...under, process.execPath];
  try {
    const { stdout } = await execute(program, [...args, ...command], {
      timeout: longestMs,
      maxBuffer: 2 ** 26,
    });
    // The last line is the report of workload-process.ts.
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as ProcessReport;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`${name} did not come to an end. ${stderr}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
