import type { JobMetrics } from "../model/job.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import type { ReplayClass } from "../model/node-execution.ts";
import type { NodeTypeDescription } from "../validation/node-type-description.ts";

/** What a handler is given besides its input. Everything in it ends with the attempt. */
export interface NodeContext {
  /** Aborted at a timeout, a cancel, a failing sibling and at quit. */
  readonly signal: AbortSignal;
  /** The same over all attempts of this node execution (engine.md §1). */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  readonly runId: string;
  readonly nodePath: string;
  /** Absolute: where the run's relative paths begin; null when it was started without one. */
  readonly folder: string | null;
  /**
   * Runs `fn` once and records its result; after a crash or retry the recorded result is returned
   * without calling `fn`. Key: (node execution, name, n-th call of that name). Only success is
   * recorded. With `replay: "external"` an intent is committed first, and an intent without a result
   * waits for a person. No nesting; parallel calls need distinct names.
   */
  step<T extends JsonValue>(
    name: string,
    fn: (step: { readonly idempotencyKey: string }) => T | Promise<T>,
    options?: { readonly replay?: ReplayClass },
  ): Promise<T>;
  /** How far the attempt is, 0 to 1, with an optional word on what it does. Not part of history. */
  progress(fraction: number, message?: string): void;
  /** A line of this node's log: outside history, durable within a second. */
  log(level: "debug" | "info" | "warn" | "error", message: string): void;
  /** Adds to the attempt's figures (tokens, cost). */
  addMetrics(metrics: Partial<JobMetrics>): void;
  /** The value of a secret that the workflow declares and this node's input names. */
  secret(name: string): Promise<string>;
  /**
   * Throws CAPABILITY_DENIED unless the run was granted `capability`; both outcomes are recorded.
   * Handlers call it at the last moment, with what they are really about to touch.
   */
  requireCapability(capability: string): Promise<void>;
  /** For a child process: its group is stored before the spawn, so that recovery can end a survivor. */
  registerChildProcess?(child: ChildProcessRecord): Promise<void>;
}

/** A child process group that outlives the app when the app is killed. */
export interface ChildProcessRecord {
  readonly pid: number;
  /** From the operating system, to tell the child from a later process with the same pid. */
  readonly startTime: string;
}

/** A node type: what it declares, and the function that runs it. Third parties register their own. */
export interface NodeType extends NodeTypeDescription {
  execute(input: JsonObject, context: NodeContext): Promise<JsonValue> | JsonValue;
}

export interface NodeRegistry {
  get(type: string): NodeType | null;
  list(): readonly NodeType[];
}

/** The node types of one engine. Throws when two have the same name. */
export function createNodeRegistry(types: readonly NodeType[]): NodeRegistry {
  const byName = new Map<string, NodeType>();
  for (const type of types) {
    if (byName.has(type.type)) throw new Error(`Node type "${type.type}" is registered twice.`);
    byName.set(type.type, type);
  }
  return { get: (type) => byName.get(type) ?? null, list: () => [...byName.values()] };
}
