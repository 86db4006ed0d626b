import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { HandlerError } from "../../app/engine/handler-error.ts";
import { spawnBehindGate } from "./gated-spawn.ts";
import { endProcessGroup } from "./process-group.ts";

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long the output may stay open after the program ended, held by processes that it left behind. */
const drainMs = 1_000;

/**
 * Runs a program to its end. `beforeStart` is awaited with the group's id before the program begins.
 * When `signal` aborts, its group gets SIGTERM, and SIGKILL after the grace. What the program leaves
 * behind in its group ends with it.
 */
export async function runProgram(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | null;
  readonly signal: AbortSignal;
  readonly beforeStart: (groupId: number) => Promise<void>;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  readonly gateShell?: string;
  readonly graceMs?: number;
}): Promise<ProgramEnd> {
  const { signal } = options;
  signal.throwIfAborted();
  const { child, open } = spawnBehindGate({ ...options, hasInput: options.stdin !== null });
  const ended = endOf(child);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.stdout?.on("data", options.onStdout);
  child.stderr?.on("data", options.onStderr);
  const groupId = child.pid;
  if (groupId === undefined) return ended;

  const grace = options.graceMs === undefined ? {} : { graceMs: options.graceMs };
  const stopped = Promise.withResolvers<void>();
  stopped.promise.catch(() => undefined); // awaited at the end
  const stop = () => void endProcessGroup(groupId, grace).then(stopped.resolve, stopped.reject);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await options.beforeStart(groupId);
    writeInput(child, options.stdin);
    open();
    const end = await ended;
    await Promise.race([closed, sleep(drainMs, undefined, { ref: false })]);
    return end;
  } finally {
    signal.removeEventListener("abort", stop);
    await (signal.aborted ? stopped.promise : endProcessGroup(groupId, grace));
    await Promise.race([closed, sleep(drainMs, undefined, { ref: false })]);
    for (const stream of child.stdio) stream?.destroy();
  }
}

function endOf(child: ChildProcess): Promise<ProgramEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  child.once("error", (cause) => {
    reject(
      new HandlerError("SHELL_START", `The program could not be started: ${cause.message}.`, {
        effectNotStarted: true,
        cause,
      }),
    );
  });
  // It is awaited only after the registration, which may fail first.
  promise.catch(() => undefined);
  return promise;
}

function writeInput(child: ChildProcess, text: string | null): void {
  // A program need not read its input: then writing fails, and its exit code tells what that meant.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(text);
}
