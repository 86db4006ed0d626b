import { EngineError } from "../../app/engine/engine-error.ts";
import { safeText } from "../../app/model/safe-text.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import { formatProblem, type Problem } from "../../app/validation/problem.ts";
import { InvalidWorkflow } from "../core/invalid-workflow.ts";
import { RemoteError } from "../core/control-error.ts";
import { SecretSourceError } from "../secrets/secret-source.ts";
import { DataFolderError } from "../data-folder.ts";
import { CommandError } from "./command-error.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";

/** What a failed command says, for people and for scripts, and how it ends. */
export interface ErrorReport {
  readonly exit: ExitCode;
  readonly errors: readonly ErrorLine[];
}

export interface ErrorLine {
  readonly code: string;
  readonly message: string;
  readonly pointer?: string;
  readonly details?: JsonValue;
  /** For people, where it is not the message. */
  readonly text?: string;
}

/** Everything that a command may end with; whatever is not known here becomes INTERNAL. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof CommandError) {
    return { exit: error.exit, errors: [lineOf(error.code, error.message, error.details)] };
  }
  if (error instanceof InvalidWorkflow) {
    return { exit: exitCode.usage, errors: error.problems.map(problemLine) };
  }
  if (error instanceof EngineError) {
    return {
      exit: exitOfEngineError(error.code),
      errors: [lineOf(error.code, error.message, error.details)],
    };
  }
  if (error instanceof StorageError) {
    const { code, message, details } = error;
    return { exit: exitCode.storage, errors: [lineOf(code, message, { ...details })] };
  }
  if (error instanceof DataFolderError) {
    const details = { path: error.path };
    return { exit: exitCode.storage, errors: [lineOf("DATA_FOLDER", error.message, details)] };
  }
  if (error instanceof SecretSourceError) {
    const exit = error.code === "SECRET_REFUSED" ? exitCode.usage : exitCode.storage;
    return { exit, errors: [lineOf(error.code, error.message)] };
  }
  if (error instanceof RemoteError) return reportRemoteError(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    exit: exitCode.failed,
    errors: [
      lineOf(
        "INTERNAL",
        `Something went wrong that should not: ${message}. HANDSHAKE_DEBUG=1 shows where.`,
      ),
    ],
  };
}

/** The same answers as if it had happened here. */
function reportRemoteError({ error }: RemoteError): ErrorReport {
  const { code, message, details, problems } = error;
  if (problems !== undefined) {
    // Made by controlErrorOf from Problems; the line below needs their texts only.
    return { exit: exitCode.usage, errors: (problems as unknown as Problem[]).map(problemLine) };
  }
  const exit = isEngineCode(code) ? exitOfEngineError(code) : exitCode.storage;
  return {
    exit: code === "INTERNAL" ? exitCode.failed : exit,
    errors: [lineOf(code, message, details)],
  };
}

function problemLine(problem: Problem): ErrorLine {
  const { code, message, pointer, stage, file, nodeId, found, expected, nearest } = problem;
  const details = {
    stage,
    file,
    found,
    expected,
    ...(nodeId === undefined ? {} : { nodeId }),
    ...(nearest === undefined ? {} : { nearest }),
  };
  return { code, message, pointer, details, text: formatProblem(problem) };
}

function lineOf(code: string, message: string, details: JsonValue = null): ErrorLine {
  const isEmpty =
    details === null || (typeof details === "object" && Object.keys(details).length === 0);
  return {
    code,
    message,
    text: safeText(message, { lines: "keep" }),
    ...(isEmpty ? {} : { details }),
  };
}

type EngineErrorCode = EngineError["code"];

function isEngineCode(code: string): code is EngineErrorCode {
  return ["BAD_REQUEST", "NOT_FOUND", "CONFLICT", "UNAVAILABLE"].includes(code);
}

function exitOfEngineError(code: EngineErrorCode): ExitCode {
  switch (code) {
    case "BAD_REQUEST":
    case "NOT_FOUND":
      return exitCode.usage;
    // The run is not in a state for that.
    case "CONFLICT":
      return exitCode.failed;
    case "UNAVAILABLE":
      return exitCode.storage;
  }
}
