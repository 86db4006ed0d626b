import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compileCache } from "../kill-loop/worker-process.ts";
import { createFaultControl } from "./fault-control.ts";
import { faultCases } from "./fault-list.ts";
import type { CaseResult } from "./play-case.ts";
import { memoryFolder } from "../power-loss/memory-folder.ts";

export interface IoFaultsOptions {
  readonly preload: string;
  readonly seed: number;
  readonly faults: number;
  /** Plays this one only. */
  readonly only?: number;
  readonly lanes: number;
}

export interface IoFaultsResult {
  readonly results: readonly CaseResult[];
  readonly seconds: number;
  readonly failures: readonly string[];
}

/** Plays the list of faults in a few processes side by side. */
export async function injectFaults(options: IoFaultsOptions): Promise<IoFaultsResult> {
  const { seed, faults, only, lanes } = options;
  const startedAt = performance.now();
  const shares =
    only === undefined
      ? Array.from({ length: lanes }, (_, lane) => ({ count: faults, first: lane, step: lanes }))
      : [{ count: only + 1, first: only, step: 1 }];
  const played = await Promise.all(shares.map((share) => playShare(options, share)));
  const results = played.flat().sort((a, b) => a.index - b.index);
  const list = faultCases(seed, Math.max(faults, (only ?? 0) + 1));
  const failures = results
    .filter(({ problems }) => problems.length > 0)
    .map(({ index, problems }) =>
      [
        `fault ${index}: node faults/io-faults/run.ts --seed ${seed} --only ${index}`,
        JSON.stringify(list[index]),
        ...problems,
      ].join("\n  "),
    );
  const wanted = only === undefined ? faults : 1;
  if (results.length !== wanted) failures.push(`${results.length} of ${wanted} faults were played`);
  return { results, failures, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
}

interface Share {
  readonly count: number;
  readonly first: number;
  readonly step: number;
}

async function playShare(
  { preload, seed }: IoFaultsOptions,
  { count, first, step }: Share,
): Promise<readonly CaseResult[]> {
  const folder = realpathSync(mkdtempSync(join(memoryFolder(), "handshake-io-faults-")));
  const root = join(folder, "data");
  const control = join(folder, "control");
  mkdirSync(root);
  mkdirSync(join(folder, "ledgers"));
  createFaultControl(control);
  const program = fileURLToPath(new URL("./fault-worker.ts", import.meta.url));
  const frequent = new URL("./frequent-checkpoints.ts", import.meta.url).href;
  const numbers = [seed, count, first, step].map(String);
  const child = spawn(process.execPath, ["--import", frequent, program, ...numbers], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      LD_PRELOAD: preload,
      FAULT_ROOT: root,
      FAULT_CONTROL: control,
      NODE_COMPILE_CACHE: compileCache,
    },
  });
  const results: CaseResult[] = [];
  createInterface(child.stdout).on("line", (line) => {
    results.push(JSON.parse(line) as CaseResult); // written by fault-worker.ts
  });
  await once(child, "close");
  rmSync(folder, { recursive: true, force: true });
  return results;
}

export function ioFaultsFigures({ results, seconds, failures }: IoFaultsResult): string {
  const count = (isCounted: (result: CaseResult) => boolean): number =>
    results.filter(isCounted).length;
  const calls = results.reduce((sum, { failed }) => sum + failed, 0);
  return (
    `${results.length} faults (${calls} failing calls; ${count(({ failed }) => failed === 0)} never met a call) ` +
    `in ${seconds} s: ${count(({ outcome }) => outcome === "went on")} went on, ` +
    `${count(({ outcome }) => outcome === "started again")} after another start, ` +
    `${count(({ notices }) => notices.length > 0)} with a notice, ${failures.length} failed`
  );
}
