import { setTimeout as pause } from "node:timers/promises";
import { StorageError } from "../../app/storage/storage-error.ts";
import { connectToOwner, type ControlClient } from "../core/control-client.ts";
import type { Core } from "../core/core.ts";
import type { CommandContext } from "./command.ts";
import { startCoreHere } from "./start-core-here.ts";

/** Either this process owns the data folder, or it speaks to the one that does. */
export type Reached =
  | {
      readonly kind: "own";
      readonly core: Core;
      /** Of a shared queue, what this command works on; it may add to it. */
      readonly onlyRuns: Set<string>;
    }
  | { readonly kind: "owner"; readonly client: ControlClient };

/** An owner that is just starting or ending does not answer for a moment (milliseconds). */
const patienceMs = 5_000;
const pauseMs = 50;

/** Throws StorageError IN_USE, which names the owner, when it owns the folder but does not answer. */
export async function reachCore(context: CommandContext, name: string): Promise<Reached> {
  const isShared = context.database().kind === "postgres";
  const onlyRuns = new Set<string>();
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      const core = await startCoreHere(context, {
        // The rest of a shared queue is for its workers.
        ...(isShared ? { onlyRuns } : {}),
        kind: "cli",
        name: `handshake ${name}`,
      });
      return { kind: "own", core, onlyRuns };
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== "IN_USE") throw error;
      const client = await connectToOwner(context.dataFolder().path);
      if (client !== null) return { kind: "owner", client };
      if (performance.now() > deadline || context.interrupted.aborted) throw error;
      await pause(pauseMs);
    }
  }
}
