import type { JsonValue } from "../../../app/model/json.ts";
import { parseJson } from "../../../app/model/json.ts";
import { createDefinitionCache } from "./node-names.ts";
import { exportReads } from "./read-export.ts";
import { historyReads } from "./read-history.ts";
import { outlineReads } from "./read-outline.ts";
import { payloadReads } from "./read-payload.ts";
import { recoveryReads } from "./read-recovery.ts";
import { singleRunReads } from "./read-run.ts";
import { runReads } from "./read-runs.ts";
import type { ReadStorage } from "./read-storage.ts";

/** An input larger than this is not offered again. */
const offeredInputBytes = 64 * 1024;

/** Everything that screens read. Arguments and answers are plain data, so that a thread can lie between. */
export type ScreenReads = ReturnType<typeof createScreenReads>;

export function createScreenReads(storage: ReadStorage, now: () => number = Date.now) {
  const definitions = createDefinitionCache(storage);
  return {
    ...runReads(storage, definitions, now),
    ...singleRunReads(storage, definitions, now),
    ...outlineReads(storage, definitions),
    ...historyReads(storage),
    ...payloadReads(storage),
    ...exportReads(storage),
    ...recoveryReads(storage, definitions),

    /** The input of a workflow's newest run, to be offered again. */
    async lastInput(workflowId: string): Promise<JsonValue> {
      const [run] = await storage.listRuns({ workflowId, limit: 1 });
      if (run === undefined || run.inputRef.bytes > offeredInputBytes) return null;
      const payload = await storage.getPayload({ of: "run", runId: run.runId, slot: "input" });
      return payload === null ? null : parseJson(payload.text);
    },
  };
}
