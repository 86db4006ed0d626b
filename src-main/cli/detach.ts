import type { CommandContext } from "./command.ts";
import { usageError } from "./command-error.ts";

/** False with --detach: only queue the run. Then somebody else has to be there to do the work. */
export function followsRun(context: CommandContext): boolean {
  if (!context.options.has("detach")) return true;
  if (context.database().kind === "postgres") return false;
  throw usageError(
    "--detach needs a shared database and a worker on it: --database postgresql://… With the data folder's own file this command does the work itself.",
  );
}
