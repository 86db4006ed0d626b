import type { JsonValue } from "../../app/model/json.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";

/** A command that cannot do what was asked: what was wrong, where, what to do; and its exit code. */
export class CommandError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly details: JsonValue;

  constructor(
    code: string,
    message: string,
    options: { readonly exit: ExitCode; readonly details?: JsonValue; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "CommandError";
    this.code = code;
    this.exit = options.exit;
    this.details = options.details ?? null;
  }
}

/** The command line itself is wrong. */
export function usageError(message: string, cause?: unknown): CommandError {
  return new CommandError("USAGE", message, { exit: exitCode.usage, cause });
}
