import { DataMovedError } from "../data-folder.ts";
import type { Core } from "../core/core.ts";
import { startCore, type CoreOptions } from "../core/start-core.ts";
import type { CommandContext } from "./command.ts";
import { tellNotice } from "./tell-notice.ts";
import { tellStep } from "./tell-step.ts";

/** Starts a core on the command's data folder and database; once more where the folder is just being moved. */
export async function startCoreHere(
  context: CommandContext,
  options: Omit<CoreOptions, "dataFolder" | "database" | "onNotice" | "onProgress">,
): Promise<Core> {
  for (;;) {
    try {
      return await startCore({
        ...options,
        dataFolder: context.dataFolder(),
        database: context.database(),
        onNotice: (notice) => tellNotice(context.output, notice),
        onProgress: tellStep(context.output),
      });
    } catch (error) {
      if (!(error instanceof DataMovedError)) throw error;
      tellMove(context, error);
    }
  }
}

/** A person may wait for it, and wants to know where the data is. */
export function tellMove({ output }: CommandContext, { to }: DataMovedError): void {
  output.note(`Your data is in ${to} now.`);
  output.errorObject({ type: "moved", to });
}
