import type { IsolatedEvaluate } from "../expression/evaluate-bounded.ts";
import type { PayloadRef } from "../model/workflow-run.ts";
import type { Fence, Storage } from "../storage/storage.ts";
import type { Clock } from "./clock.ts";
import type { LimitShares } from "./limit-shares.ts";
import type { NodeRegistry } from "./node-registry.ts";

/** Everything that the engine takes from outside. */
export interface EnginePorts {
  readonly storage: Storage;
  readonly fence: Fence;
  readonly clock: Clock;
  /** Tells this machine from others that share the database; needed where several do. */
  readonly machineId?: string;
  readonly registry: NodeRegistry;
  /** SHA-256 (lower-case hex) and UTF-8 length of a text. */
  readonly digest: (text: string) => PayloadRef;
  /** See model/execution-id.ts. */
  readonly newRunId: () => string;
  readonly newUuid: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly secrets: SecretPort;
  /** Where several engines share the limits of node types; else this one has them alone. */
  readonly limitShares?: LimitShares;
  /** Evaluates an expression where it can be killed: at most 1 s. */
  readonly isolate: IsolatedEvaluate;
  /** For the app's own log; never payloads. */
  readonly log: (
    level: "info" | "warn" | "error",
    message: string,
    details?: Readonly<Record<string, string | number>>,
  ) => void;
}

export interface SecretPort {
  get(name: string): Promise<string | null>;
}

export interface EngineOptions {
  /** Of this engine, as is `maxConcurrentNodes`: what it brings, whoever else works. */
  readonly maxConcurrentRuns: number;
  /** Works on these runs only, whatever else is queued; null: on all that it may. */
  readonly onlyRuns: ReadonlySet<string> | null;
  readonly maxConcurrentNodes: number;
  /** By node type, over all engines on the same data; unlisted types are bounded by `maxConcurrentNodes` only. */
  readonly maxConcurrentByType: Readonly<Record<string, number>>;
  readonly heartbeatIntervalMs: number;
  /** How long a cancelled handler may take to end by itself. */
  readonly forcedEndMs: number;
  /** Where storage takes several commits at once: a batch beside another one has so many groups at least. */
  readonly fewestBeside: number;
  /** A run whose next timer is farther away than this is parked. */
  readonly parkAfterMs: number;
}

export const defaultEngineOptions: EngineOptions = {
  maxConcurrentRuns: 100,
  onlyRuns: null,
  maxConcurrentNodes: 1_000,
  maxConcurrentByType: { "shell.exec": 16, "http.request": 64 },
  heartbeatIntervalMs: 5_000,
  forcedEndMs: 30_000,
  fewestBeside: 16,
  parkAfterMs: 5_000,
};
