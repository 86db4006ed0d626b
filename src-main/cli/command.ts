import type { DatabaseChoice } from "../core/database-choice.ts";
import type { DataFolderChoice } from "../data-folder.ts";
import type { ExitCode } from "./exit-code.ts";
import type { OptionName, OptionValues } from "./options.ts";
import type { Output } from "./output.ts";

/** One command of `handshake`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows `handshake NAME`: `FILE [--input JSON]`. */
  readonly usage: string;
  /** How many arguments it takes, without options. */
  readonly arguments: { readonly least: number; readonly most: number };
  /** Besides those that every command has. */
  readonly options: readonly OptionName[];
  /** Paragraphs and examples for `--help`. */
  readonly help: string;
  run(context: CommandContext): Promise<ExitCode>;
}

export interface CommandContext {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  /** Ctrl-C, SIGTERM or SIGHUP. */
  readonly interrupted: AbortSignal;
  /** Nothing is created by asking. */
  dataFolder(): DataFolderChoice;
  /** Where runs are kept. Throws StorageError DENIED when what is set names no database. */
  database(): DatabaseChoice;
}
