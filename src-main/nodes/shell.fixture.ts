import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { JsonObject } from "../../app/model/json.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";
import { shellExec } from "./shell-exec.ts";

// Real programs in a folder of their own, made anew for each test.

export const node = process.execPath;
export let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "shell-exec-")));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

type ContextOptions = NonNullable<Parameters<typeof fakeNodeContext>[0]>;

export function run(
  input: JsonObject,
  options: ContextOptions & { gateShell?: string; graceMs?: number } = {},
) {
  const context = fakeNodeContext({
    grants: ["shell:/", "shell:node", "shell:env", "shell:cat", "shell:sh"],
    ...options,
  });
  const type = shellExec({
    workingDirectory: folder,
    ...(options.gateShell === undefined ? {} : { gateShell: options.gateShell }),
    ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
  });
  return { context, output: Promise.resolve(type.execute(input, context)) };
}

export const script = (text: string, ...args: string[]): JsonObject => ({
  command: node,
  args: ["-e", text, ...args],
});

/** Aborts when the program says the number of a process, which is collected with its own. */
export function abortOnFirstLine(controller: AbortController, pids: number[]) {
  const base = fakeNodeContext({
    grants: ["shell:/"],
    signal: controller.signal,
    registerChildProcess: (child) => {
      pids.push(child.pid);
      return Promise.resolve();
    },
  });
  const context = {
    ...base,
    log: (level: "debug" | "info" | "warn" | "error", message: string) => {
      base.log(level, message);
      if (!/^\d+$/.test(message)) return;
      pids.push(Number(message));
      controller.abort(new Error("cancelled"));
    },
  };
  return { context };
}
