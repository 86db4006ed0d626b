import { chooseDataFolder, type DataFolderChoice } from "../data-folder.ts";
import { appVersion } from "../core/app-version.ts";
import { chooseDatabase } from "../core/database-choice.ts";
import { nearestName } from "../../app/validation/nearest-name.ts";
import type { Command, CommandContext } from "./command.ts";
import { usageError } from "./command-error.ts";
import { commands } from "./commands.ts";
import { reportError } from "./error-report.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";
import { commandHelp, overview } from "./help.ts";
import { commonOptions, type OptionName } from "./options.ts";
import { createOutput, type Output } from "./output.ts";
import { parseArguments, type ParsedArguments } from "./parse-arguments.ts";

export interface CommandLineHost {
  readonly args: readonly string[];
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupted: AbortSignal;
}

/** Runs one `handshake …` and resolves with its exit code; every error is reported here. */
export async function runCommandLine(host: CommandLineHost): Promise<ExitCode> {
  // Errors in the arguments themselves are reported as the script asked, too.
  const json = host.args.includes("--json");
  const output = createOutput(host, { json });
  try {
    return await runParsed(parseArguments(host.args), { host, output });
  } catch (error) {
    const { exit, errors } = reportError(error);
    for (const { text, ...line } of errors) {
      output.errorObject({ type: "error", ...line });
      output.note(text ?? line.message);
    }
    if (host.env["HANDSHAKE_DEBUG"] === "1") console.error(error);
    return exit;
  }
}

async function runParsed(
  parsed: ParsedArguments,
  { host, output }: { readonly host: CommandLineHost; readonly output: Output },
): Promise<ExitCode> {
  const { options } = parsed;
  if (parsed.command === null) {
    if (options.has("version")) return print(output, appVersion);
    if (options.has("help")) return print(output, overview());
    throw usageError("Which command? `handshake --help` lists them.");
  }
  const command = requireCommand(parsed.command);
  if (options.has("help")) return print(output, commandHelp(command));
  checkOptions(command, parsed.given);
  checkArguments(command, parsed.arguments);
  const dataFolder = (): DataFolderChoice =>
    chooseDataFolder({ option: options.get("data"), env: host.env });
  const context: CommandContext = {
    ...host,
    output,
    options,
    arguments: parsed.arguments,
    dataFolder,
    database: () =>
      chooseDatabase({
        option: options.get("database"),
        env: host.env,
        dataFolder: dataFolder().path,
      }),
  };
  return command.run(context);
}

// Help is text for people, asked for by a person, even beside --json.
function print(output: Output, text: string): ExitCode {
  output.raw(`${text}\n`);
  return exitCode.completed;
}

function requireCommand(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const nearest = nearestName(
    name,
    commands.map((command) => command.name),
  );
  const hint = nearest === null ? "`handshake --help` lists them." : `Did you mean ${nearest}?`;
  throw usageError(`There is no command "${name}". ${hint}`);
}

function checkOptions(command: Command, given: readonly OptionName[]): void {
  const known: readonly OptionName[] = [...commonOptions, ...command.options];
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw usageError(
    `\`handshake ${command.name}\` has no option --${unknown}. It has ${known.map((name) => `--${name}`).join(", ")}.`,
  );
}

function checkArguments(command: Command, given: readonly string[]): void {
  const { least, most } = command.arguments;
  if (given.length >= least && given.length <= most) return;
  const what = given.length < least ? "Something is missing" : `"${given[most] ?? ""}" is too much`;
  throw usageError(`${what}: handshake ${command.name} ${command.usage}`.trimEnd());
}
