import type { Failure } from "../model/failure.ts";
import type { JsonValue } from "../model/json.ts";
import { parseJson } from "../model/json.ts";
import type { Storage } from "../storage/storage.ts";

/** What the ended nodes of one run left: read by expressions, loaded from storage when forgotten. */
export interface NodeResults {
  set(index: number, result: NodeResult): void;
  get(index: number): NodeResult | undefined;
  /** The stored output, parsed back; undefined where there is none. A promise when it must be read. */
  output(index: number): JsonValue | undefined | Promise<JsonValue | undefined>;
  /** Indexes of all ended nodes. */
  indexes(): Iterable<number>;
}

export interface NodeResult {
  readonly nodeExecutionId: string;
  readonly status: "completed" | "completed_with_issues" | "failed" | "cancelled";
  readonly hasOutput: boolean;
  /** JSON text of the output, when it is at hand. */
  readonly outputText: string | null;
  readonly error: Failure | null;
}

interface Entry {
  result: NodeResult;
  value: JsonValue | undefined;
  isParsed: boolean;
}

/** Outputs above this length are read again from storage instead of being kept. */
const largestKeptText = 64 * 1024;
/** Per run, in characters; beyond it nothing more is kept. */
const largestKeptTotal = 16 * 1024 * 1024;

export function createNodeResults(storage: Storage): NodeResults {
  const entries = new Map<number, Entry>();
  let keptTotal = 0;

  async function load(entry: Entry): Promise<JsonValue | undefined> {
    const { nodeExecutionId } = entry.result;
    const payload = await storage.getPayload({ of: "node", nodeExecutionId, slot: "output" });
    return payload === null ? undefined : parseJson(payload.text);
  }

  return {
    set(index, result) {
      const length = result.outputText?.length ?? 0;
      const isKept = length <= largestKeptText && keptTotal + length <= largestKeptTotal;
      if (isKept) keptTotal += length;
      entries.set(index, {
        result: isKept ? result : { ...result, outputText: null },
        value: undefined,
        isParsed: false,
      });
    },
    get: (index) => entries.get(index)?.result,
    output(index) {
      const entry = entries.get(index);
      if (entry === undefined || !entry.result.hasOutput) return undefined;
      if (entry.isParsed) return entry.value;
      if (entry.result.outputText === null) return load(entry);
      entry.value = parseJson(entry.result.outputText);
      entry.isParsed = true;
      return entry.value;
    },
    indexes: () => entries.keys(),
  };
}
