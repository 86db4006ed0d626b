import type { JsonValue, Payload } from "../model/json.ts";
import { parseJson } from "../model/json.ts";
import type { ReplayClass, SubStep } from "../model/node-execution.ts";
import type { Change } from "../storage/change.ts";
import type { NodeContext } from "./node-registry.ts";

/** An external sub-step was begun in an earlier attempt, and nobody knows whether it took effect. */
export class OutcomeUnknownError extends Error {
  constructor(name: string) {
    super(
      `Sub-step "${name}" was started before the interruption; whether it took effect is unknown.`,
    );
    this.name = "OutcomeUnknownError";
  }
}

export interface SubStepPorts {
  readonly nodeExecutionId: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** The stored sub-steps of earlier attempts; empty for a first one. */
  readonly stored: readonly SubStep[];
  /** A person decided that intents without a result may run again. */
  readonly mayRepeatIntended: boolean;
  readonly signal: AbortSignal;
  readonly loadOutput: (name: string, n: number) => Promise<JsonValue>;
  readonly encode: (value: JsonValue) => Payload;
  readonly digest: (text: string) => { readonly sha256: string };
  /** Resolves after the commit; rejects when the attempt is over. */
  readonly commit: (change: Change) => Promise<void>;
}

/**
 * `context.step` of one attempt. The result of `fn` is committed before it is returned, parsed back,
 * so that an agent's loop goes on after its last recorded call.
 */
export function createSubSteps(ports: SubStepPorts): NodeContext["step"] {
  const { nodeExecutionId, attempt } = ports;
  const stored = new Map(ports.stored.map((step) => [keyOf(step.name, step.n), step.status]));
  const calls = new Map<string, number>();
  const inFlight = new Set<string>();

  async function runStep<T extends JsonValue>(
    name: string,
    fn: (step: { readonly idempotencyKey: string }) => T | Promise<T>,
    replay: ReplayClass,
  ): Promise<T> {
    if (name === "" || name.length > 200) {
      throw new TypeError(`A sub-step's name has 1 to 200 characters, not ${name.length}.`);
    }
    if (inFlight.has(name)) {
      throw new Error(
        `Sub-step "${name}" is running already: parallel sub-steps need distinct names.`,
      );
    }
    ports.signal.throwIfAborted();
    const n = (calls.get(name) ?? 0) + 1;
    calls.set(name, n);
    const status = stored.get(keyOf(name, n));
    // The stored value was a T when it was recorded under this key.
    if (status === "recorded") return (await ports.loadOutput(name, n)) as T;
    if (status === "intended" && !ports.mayRepeatIntended) throw new OutcomeUnknownError(name);
    inFlight.add(name);
    try {
      const identity = { nodeExecutionId, attempt, name, n, actor: { kind: "engine" } } as const;
      if (replay === "external" && status === undefined) {
        await ports.commit({ change: "stepIntended", ...identity });
      }
      const idempotencyKey = ports.digest(`${ports.idempotencyKey}\n${name}\n${n}`).sha256;
      const output = ports.encode(await fn({ idempotencyKey }));
      await ports.commit({ change: "stepRecorded", ...identity, output });
      return parseJson(output.text) as T; // a T that went through JSON
    } finally {
      inFlight.delete(name);
    }
  }

  return (name, fn, options) => runStep(name, fn, options?.replay ?? "idempotent");
}

function keyOf(name: string, n: number): string {
  return `${n}:${name}`;
}
