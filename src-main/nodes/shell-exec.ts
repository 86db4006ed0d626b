import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeContext, NodeType } from "../../app/engine/node-registry.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import type { WorkflowNode } from "../../app/model/workflow-definition.ts";
import { createBoundedOutput } from "./bounded-output.ts";
import { childEnvironment } from "./child-environment.ts";
import { readProcessStartTime } from "./child-process-identity.ts";
import { findProgram, programScope } from "./find-program.ts";
import {
  getChoice,
  getInteger,
  getText,
  getTextList,
  getTextMap,
  invalidInput,
  requireText,
} from "./node-input.ts";
import { runProgram, type ProgramEnd } from "./run-program.ts";

const defaultMaxOutputBytes = 1_000_000;
const mostOutputBytes = 50_000_000;

export interface ShellExecOptions {
  /** Where relative programs and folders of a run without a folder begin. */
  readonly workingDirectory: string;
  /** The POSIX shell that holds the program back until its group is stored; see gated-spawn.ts. */
  readonly gateShell?: string;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

/** Runs one program with arguments, never a shell's command line. */
export function shellExec(options: ShellExecOptions): NodeType {
  const placeOf = (folder: string | null) => ({
    workingDirectory: folder ?? options.workingDirectory,
    platform: process.platform,
  });
  return {
    type: "shell.exec",
    description: "Runs a program on this machine and gives what it wrote.",
    version: 1,
    inputSchema,
    outputSchema,
    defaultReplay: "external",
    sensitive: false,
    families: ["shell"],
    capabilitiesOf: (node, folder) =>
      literalCommands(node).map((command) => `shell:${programScope(command, placeOf(folder))}`),
    defaultPlacement: "thisMachine",
    kind: "handler",
    async execute(input, context) {
      const command = requireText(input, "command");
      const place = placeOf(context.folder);
      const order = readOrder(input, place);
      await context.requireCapability(`shell:${programScope(command, place)}`);
      await requireFolder(order.cwd);
      const program = await findProgram({
        ...place,
        command,
        searchPath: process.env["PATH"] ?? "",
      });
      return runOrder({ order, program, command, context, options });
    },
  };
}

interface Order {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | null;
  readonly maxOutputBytes: number;
  readonly onOverflow: "fail" | "truncate";
  readonly acceptExitCodes: readonly number[];
}

function readOrder(
  input: JsonObject,
  { workingDirectory }: Pick<ShellExecOptions, "workingDirectory">,
): Order {
  const args = getTextList(input, "args");
  if (args.some((argument) => argument.includes("\0")))
    throw invalidInput("args", "texts without NUL");
  return {
    args,
    cwd: resolve(workingDirectory, getText(input, "cwd") ?? ""),
    env: childEnvironment({ host: process.env, declared: getTextMap(input, "env") }),
    stdin: readStdin(input["stdin"]),
    maxOutputBytes: getInteger(input, "maxOutputBytes", {
      min: 0,
      max: mostOutputBytes,
      fallback: defaultMaxOutputBytes,
    }),
    onOverflow: getChoice(input, "onOverflow", ["fail", "truncate"]),
    acceptExitCodes: readExitCodes(input["acceptExitCodes"]),
  };
}

async function runOrder(run: {
  readonly order: Order;
  readonly program: string;
  readonly command: string;
  readonly context: NodeContext;
  readonly options: ShellExecOptions;
}): Promise<JsonValue> {
  const { order, context } = run;
  const overflow = new AbortController();
  const collect = (name: "stdout" | "stderr") =>
    createBoundedOutput({
      maxBytes: order.maxOutputBytes,
      onLine: (line) => context.log(name === "stdout" ? "info" : "warn", line),
      onOverflow: () => {
        if (order.onOverflow === "fail")
          overflow.abort(tooMuchOutput(run.command, name, order.maxOutputBytes));
        else context.log("warn", `${name}: only the first ${order.maxOutputBytes} bytes are kept.`);
      },
    });
  const [stdout, stderr] = [collect("stdout"), collect("stderr")];
  const signal = AbortSignal.any([context.signal, overflow.signal]);
  let end: ProgramEnd;
  try {
    end = await runProgram({
      ...run.options,
      ...order,
      program: run.program,
      signal,
      beforeStart: (groupId) => register(groupId, context),
      onStdout: (chunk) => stdout.push(chunk),
      onStderr: (chunk) => stderr.push(chunk),
    });
  } finally {
    stdout.end();
    stderr.end();
  }
  signal.throwIfAborted();
  if (end.exitCode === null || !order.acceptExitCodes.includes(end.exitCode)) {
    throw badEnd({ command: run.command, end, stderr: stderr.text() });
  }
  return {
    exitCode: end.exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.isTruncated() || stderr.isTruncated(),
  };
}

async function register(groupId: number, context: NodeContext): Promise<void> {
  const startTime = await readProcessStartTime(groupId);
  await context.registerChildProcess?.({ pid: groupId, startTime: startTime ?? "unknown" });
}

async function requireFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null);
  if (found?.isDirectory() === true) return;
  throw new HandlerError(
    "SHELL_NO_FOLDER",
    `The program cannot be started in "${cwd}": no such folder.`,
    {
      retryable: false,
      effectNotStarted: true,
    },
  );
}

function readStdin(stdin: JsonValue | undefined): string | null {
  if (stdin === undefined || stdin === null) return null;
  return typeof stdin === "string" ? stdin : JSON.stringify(stdin);
}

function readExitCodes(codes: JsonValue | undefined): readonly number[] {
  const list = codes ?? [0];
  if (!Array.isArray(list)) throw invalidInput("acceptExitCodes", "a list of numbers");
  return list.map((code: JsonValue) => {
    if (typeof code !== "number") throw invalidInput("acceptExitCodes", "a list of numbers");
    return code;
  });
}

function tooMuchOutput(command: string, stream: string, maxBytes: number): HandlerError {
  return new HandlerError(
    "SHELL_OUTPUT_TOO_LARGE",
    `"${command}" wrote more than ${maxBytes} bytes to ${stream} and was stopped. ` +
      'Raise maxOutputBytes, or set onOverflow to "truncate".',
    { retryable: false },
  );
}

function badEnd(run: {
  readonly command: string;
  readonly end: ProgramEnd;
  readonly stderr: string;
}): HandlerError {
  const { exitCode, signal } = run.end;
  const how =
    exitCode === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${exitCode}`;
  return new HandlerError(
    exitCode === null ? "SHELL_SIGNAL" : "SHELL_EXIT",
    `"${run.command}" ${how}.`,
    {
      details: { exitCode, signal, stderrEnd: lastLines(run.stderr) },
    },
  );
}

/** About 1,000 characters, in whole lines: half a secret could not be recognised and masked. */
function lastLines(text: string): string {
  return text.length <= 1_000 ? text : text.slice(-1_000).replace(/^[^\n]*\n?/, "");
}

function literalCommands(node: WorkflowNode): readonly string[] {
  const command = node.with["command"];
  return typeof command === "string" && command !== "" && !command.startsWith("=") ? [command] : [];
}

const inputSchema: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["command"],
  properties: {
    command: { type: "string", minLength: 1, description: "A program's name or path; no shell." },
    args: { type: "array", items: { type: "string" } },
    cwd: { type: "string" },
    stdin: { description: "A text is written as it is, other JSON as JSON." },
    env: { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } },
    maxOutputBytes: {
      type: "integer",
      minimum: 0,
      maximum: mostOutputBytes,
      default: defaultMaxOutputBytes,
      description: "Of each stream.",
    },
    onOverflow: { enum: ["fail", "truncate"], default: "fail" },
    acceptExitCodes: { type: "array", items: { type: "integer" }, default: [0] },
  },
};

const outputSchema: JsonObject = {
  type: "object",
  required: ["exitCode", "stdout", "stderr", "truncated"],
  properties: {
    exitCode: { type: "integer" },
    stdout: { type: "string" },
    stderr: { type: "string" },
    truncated: { type: "boolean" },
  },
};
