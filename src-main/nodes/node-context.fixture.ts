import { HandlerError } from "../../app/engine/handler-error.ts";
import type { NodeContext } from "../../app/engine/node-registry.ts";
import type { JsonValue } from "../../app/model/json.ts";
import { parseJson } from "../../app/model/json.ts";

/** For tests of handlers: grants by exact text or by a prefix that ends in `/`, steps kept in memory. */
export interface FakeNodeContext extends NodeContext {
  readonly asked: string[];
  readonly lines: { readonly level: string; readonly message: string }[];
  readonly steps: Map<string, string>;
  readonly totalTokens: () => number;
}

export function fakeNodeContext(
  options: {
    readonly grants?: readonly string[];
    readonly signal?: AbortSignal;
    readonly attempt?: number;
    readonly steps?: Map<string, string>;
    readonly onCapability?: (capability: string) => void | Promise<void>;
    readonly registerChildProcess?: NonNullable<NodeContext["registerChildProcess"]>;
  } = {},
): FakeNodeContext {
  const { grants = [], steps = new Map<string, string>() } = options;
  const asked: string[] = [];
  const lines: { level: string; message: string }[] = [];
  const calls = new Map<string, number>();
  let tokens = 0;
  return {
    asked,
    lines,
    steps,
    totalTokens: () => tokens,
    signal: options.signal ?? new AbortController().signal,
    idempotencyKey: "key-of-the-node",
    attempt: options.attempt ?? 1,
    runId: "00000000-0000-4000-8000-000000000000",
    nodePath: "node",
    folder: null,
    async step<T extends JsonValue>(
      name: string,
      fn: (step: { readonly idempotencyKey: string }) => T | Promise<T>,
    ): Promise<T> {
      const n = (calls.get(name) ?? 0) + 1;
      calls.set(name, n);
      const key = `${name}#${n}`;
      const recorded =
        steps.get(key) ?? JSON.stringify(await fn({ idempotencyKey: `key-of-${key}` }));
      steps.set(key, recorded);
      // The step's own result, as it was written down.
      return parseJson(recorded) as T;
    },
    progress: () => undefined,
    log: (level, message) => lines.push({ level, message }),
    addMetrics: (metrics) => (tokens += metrics.totalTokens ?? 0),
    secret: () => Promise.reject(new Error("no secrets here")),
    async requireCapability(capability) {
      asked.push(capability);
      const isGranted = grants.some(
        (grant) => grant === capability || (grant.endsWith("/") && capability.startsWith(grant)),
      );
      if (!isGranted) {
        throw new HandlerError("CAPABILITY_DENIED", `${capability} was not granted.`, {
          retryable: false,
          effectNotStarted: true,
        });
      }
      await options.onCapability?.(capability);
    },
    ...(options.registerChildProcess === undefined
      ? {}
      : { registerChildProcess: options.registerChildProcess }),
  };
}
