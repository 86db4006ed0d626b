import type { Storage } from "../storage/storage.ts";
import type { LiveNode } from "./run-state.ts";

/** Reads the stored input of a node that ran before or waited for a person. */
export async function loadInput(storage: Storage, live: LiveNode): Promise<void> {
  const { nodeExecutionId } = live;
  const payload = await storage.getPayload({ of: "node", nodeExecutionId, slot: "input" });
  if (payload === null) throw new Error(`The input of ${nodeExecutionId} is missing.`);
  live.input = payload;
}
