import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";
import { HandlerError } from "../../app/engine/handler-error.ts";

/**
 * The absolute path of the program that `command` means: a path, or a name in one of the absolute
 * folders of `searchPath`. Throws SHELL_NOT_FOUND, and SHELL_BATCH_FILE on Windows: batch files are run by
 * cmd.exe, which reads their arguments as commands.
 */
export async function findProgram(options: {
  readonly command: string;
  readonly workingDirectory: string;
  readonly searchPath: string;
  readonly platform: NodeJS.Platform;
}): Promise<string> {
  const { command, platform } = options;
  const paths = platform === "win32" ? win32 : posix;
  const files = isPath(command, platform)
    ? [paths.resolve(options.workingDirectory, command)]
    : options.searchPath
        .split(paths.delimiter)
        .filter((folder) => paths.isAbsolute(folder))
        .map((folder) => paths.join(folder, command));
  for (const file of files.flatMap((one) => withExtensions(one, platform))) {
    if (!(await isProgram(file))) continue;
    if (platform === "win32" && isBatchFile(file)) throw batchFile(command);
    // The gate's `env` would take such a path for a variable.
    if (platform !== "win32" && file.includes("="))
      throw notFound(command, "its path has a = in it");
    return file;
  }
  throw notFound(command, isPath(command, platform) ? "no such program" : "not in PATH");
}

/** What `shell:` must be granted for: the name, or the absolute path when `command` is a path. */
export function programScope(
  command: string,
  options: { readonly workingDirectory: string; readonly platform: NodeJS.Platform },
): string {
  if (!isPath(command, options.platform)) return command;
  return (options.platform === "win32" ? win32 : posix).resolve(options.workingDirectory, command);
}

function isPath(command: string, platform: NodeJS.Platform): boolean {
  return platform === "win32" ? /[\\/:]/.test(command) : command.includes("/");
}

function withExtensions(file: string, platform: NodeJS.Platform): readonly string[] {
  if (platform !== "win32") return [file];
  const extensions = [".com", ".exe", ".bat", ".cmd"];
  return extensions.includes(win32.extname(plainName(file)))
    ? [file]
    : extensions.map((one) => file + one);
}

function isBatchFile(file: string): boolean {
  return [".bat", ".cmd"].includes(win32.extname(plainName(file)));
}

/** Windows opens `x.bat. .` as `x.bat`. */
function plainName(file: string): string {
  return file.toLowerCase().replace(/[. ]+$/, "");
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Not there, not reachable or not executable: the next folder of PATH is tried, as execvp does.
    return false;
  }
}

function notFound(command: string, why: string): HandlerError {
  return new HandlerError(
    "SHELL_NOT_FOUND",
    `The program "${command}" cannot be started: ${why}.`,
    {
      retryable: false,
      effectNotStarted: true,
    },
  );
}

function batchFile(command: string): HandlerError {
  return new HandlerError(
    "SHELL_BATCH_FILE",
    `"${command}" is a batch file; those are not started. Name the program that it calls.`,
    { retryable: false, effectNotStarted: true },
  );
}
