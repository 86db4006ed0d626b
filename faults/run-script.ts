import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface ScriptRequest {
  /** Beside this file. */
  readonly script: string;
  readonly args: readonly string[];
  readonly limitMs: number;
}

/**
 * Runs a script of this folder as a person would, with `--json`, and answers its last line. A script
 * that takes longer than `limitMs` is killed and fails.
 */
export async function runScript<Result>({ script, args, limitMs }: ScriptRequest): Promise<Result> {
  const file = new URL(script, import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  let lastLine = "";
  let errors = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    lastLine = line;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const how = await new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  clearTimeout(limit);
  if (!lastLine.startsWith("{"))
    throw new Error(`${script} ${args.join(" ")} ended with ${how}.\n${errors.slice(-4_000)}`);
  return JSON.parse(lastLine) as Result; // the script's own shape
}
