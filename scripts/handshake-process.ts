import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { ShownRun } from "./handshake-json.ts";

const program = fileURLToPath(new URL("../bin/handshake.mjs", import.meta.url));

export interface HandshakeProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** What it wrote to standard error. */
  errors(): string;
}

/** Starts `handshake … --json` and hands on each line that it prints. */
export function startHandshake(options: {
  readonly args: readonly string[];
  readonly cwd: string;
  onLine(line: unknown): void;
}): HandshakeProcess {
  const child = spawn(process.execPath, [program, ...options.args, "--json"], {
    cwd: options.cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => options.onLine(JSON.parse(line)));
  const read = once(lines, "close");
  const ended = once(child, "close").then(async ([code]: unknown[]) => {
    await read;
    return z.number().nullable().parse(code);
  });
  if (child.pid === undefined) throw new Error("Handshake could not be started.");
  return { child, pid: child.pid, ended, errors: () => errors };
}

/** Runs `handshake … --json` to its end; throws unless its exit code is 0. */
export async function runHandshake(args: readonly string[], cwd: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  const process = startHandshake({ args, cwd, onLine: (line) => lines.push(line) });
  const code = await process.ended;
  if (code !== 0)
    throw new Error(`handshake ${args.join(" ")} ended with ${code}: ${process.errors()}`);
  return lines;
}

export async function showRun(
  run: string,
  { data, cwd }: { data: string; cwd: string },
): Promise<ShownRun> {
  const [shown] = await runHandshake(["show", run, "--data", data], cwd);
  return ShownRun.parse(shown);
}
