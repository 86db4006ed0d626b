import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as z from "zod";

// For tests: `handshake` as its users have it, a process of its own on a data folder of its own.

const program = fileURLToPath(new URL("../../bin/handshake.mjs", import.meta.url));
/** Longer than anything here takes, shorter than a test's limit: a hang is named by its command. */
const limitMs = 80_000;

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output holds the text; rejects when the process ends before. */
  printed(text: string): Promise<void>;
}

export interface Handshake {
  /** Holds the data folder, and whatever a test needs beside it. */
  readonly folder: string;
  readonly data: string;
  start(args: readonly string[], options?: ChildOptions): Running;
  run(args: readonly string[], options?: ChildOptions): Promise<Ended>;
  /** With --json, ended as `code` says; its lines. */
  json(args: readonly string[], code?: number): Promise<JsonLine[]>;
  /** Ends what is still running and removes the folder. */
  remove(): Promise<void>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

const JsonLine = z.record(z.string(), z.unknown());
export type JsonLine = z.infer<typeof JsonLine>;

export function createHandshake({ longestMs = limitMs } = {}): Handshake {
  const folder = mkdtempSync(join(tmpdir(), "handshake-cli-"));
  const data = join(folder, "data");
  const children = new Set<ChildProcess>();

  const start: Handshake["start"] = (args, options = {}) => {
    const withData = args.includes("--data") ? args : [...args, "--data", data];
    const child = spawn(process.execPath, [program, ...withData], {
      cwd: options.cwd ?? folder,
      env: { ...process.env, NO_COLOR: "", HANDSHAKE_DEBUG: "", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    children.add(child);
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    const running = watch(child, args, longestMs);
    void running.ended.finally(() => children.delete(child)).catch(() => undefined);
    return running;
  };

  return {
    folder,
    data,
    start,
    run: (args, options) => start(args, options).ended,
    async json(args, code = 0) {
      const ended = await start([...args, "--json"]).ended;
      if (ended.code !== code) {
        throw new Error(
          `handshake ${args.join(" ")} ended with ${ended.code}, not ${code}:\n${ended.stderr}${ended.stdout}`,
        );
      }
      return jsonLines(ended.stdout);
    },
    async remove() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all([...children].map((child) => once(child, "close")));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function jsonLines(text: string): JsonLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JsonLine.parse(JSON.parse(line)));
}

/** The objects in a member of a line: `nodes`, `events`, `stalled`. */
export function objectsOf(line: JsonLine | undefined, member: string): JsonLine[] {
  return z.array(JsonLine).parse(line?.[member]);
}

/** Asks again and again, at most for a while, until there is an answer other than null. */
export async function eventually<T>(
  what: string,
  ask: () => T | null | Promise<T | null>,
  { withinMs = 60_000, everyMs = 20 } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`It did not happen: ${what}`);
    await pause(everyMs);
  }
}

function watch(child: ChildProcess, args: readonly string[], longestMs: number): Running {
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const limit = setTimeout(() => child.kill("SIGKILL"), longestMs);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      clearTimeout(limit);
      resolve({ code, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    printed(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        if (stdout.includes(text)) resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() =>
        reject(
          new Error(
            `handshake ${args.join(" ")} ended before it printed ${text}:\n${stdout}${stderr}`,
          ),
        ),
      );
      return promise.finally(() => waiting.delete(look));
    },
  };
}
