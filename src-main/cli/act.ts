import { RemoteError } from "../core/control-error.ts";
import type { Action } from "./action.ts";
import { actHere } from "./act-here.ts";
import { actThroughOwner } from "./act-through-owner.ts";
import type { CommandContext } from "./command.ts";
import type { ExitCode } from "./exit-code.ts";
import { reachCore } from "./reach-core.ts";

/** Does what a person asked: here, or through the process that owns the data folder. */
export async function act(context: CommandContext, action: Action): Promise<ExitCode> {
  for (;;) {
    const reached = await reachCore(context, action.name);
    if (reached.kind === "own") return actHere(context, action, reached);
    try {
      return await actThroughOwner(context, action, reached.client);
    } catch (error) {
      // It was just ending, and took nothing.
      if (!isClosing(error) || context.interrupted.aborted) throw error;
    } finally {
      reached.client.close();
    }
  }
}

function isClosing(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  const { details } = error.error;
  return typeof details === "object" && details !== null && "isClosing" in details;
}
