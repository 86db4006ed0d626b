import { setTimeout as pause } from "node:timers/promises";
import { createEngine } from "../../app/engine/create-engine.ts";
import type { Engine } from "../../app/engine/engine.ts";
import type { EngineOptions } from "../../app/engine/engine-ports.ts";
import { createNodeRegistry, type NodeType } from "../../app/engine/node-registry.ts";
import { timestamp } from "../../app/engine/clock.ts";
import { isTransientStorageError } from "../../app/storage/storage-error.ts";
import type { RecoveryReport, Storage } from "../../app/storage/storage.ts";
import { submitWorkflow } from "../../src-main/core/submit-workflow.ts";
import { systemPorts } from "../../src-main/core/system-ports.ts";
import { machineIdentity } from "../../src-main/machine-identity.ts";
import { builtInNodeTypes } from "../../src-main/nodes/built-in-nodes.ts";
import {
  openPostgresStorage,
  type PostgresStorage,
  type PostgresStorageOptions,
} from "../../src-main/storage/postgres/postgres-storage.ts";
import type { CallLedger, LedgerCall } from "../kill-loop/call-ledger.ts";
import { ledgerNodeTypes, type RecordedSubStep } from "../kill-loop/ledger-nodes.ts";
import type { PlannedRun } from "../kill-loop/workload.ts";

/** The real engine with real time on a PostgreSQL database, and all that it said. */
export interface SharedEngine {
  readonly engine: Engine;
  readonly storage: PostgresStorage;
  /** The calls of handlers, where no other ledger was given. */
  readonly calls: readonly LedgerCall[];
  /** Codes of the notices, in order: STORAGE_IO, STORAGE_OK, FENCED, … */
  readonly notices: readonly string[];
  /** Resolves when a notice of this code was published, also one that came before. */
  noticed(code: string): Promise<void>;
  /** Starts a run as a person does: when storage fails, again with the same request key. */
  submit(planned: PlannedRun): Promise<string>;
  /** As an engine does every 5 s: takes the runs of engines that are gone. */
  recoverExpired(): Promise<RecoveryReport>;
  close(): Promise<void>;
}

export interface SharedEngineOptions {
  readonly url: string;
  readonly storage?: Partial<PostgresStorageOptions>;
  readonly engine?: Partial<EngineOptions>;
  /** What stands between the engine and its storage. */
  readonly gate?: (storage: Storage) => Storage;
  /** Beside the built-in ones and those of the ledger. */
  readonly nodeTypes?: readonly NodeType[];
  readonly ledger?: CallLedger;
  readonly onSubStep?: (recorded: RecordedSubStep) => void;
  /** How far this machine's clock is off. */
  readonly clockOffMs?: number;
}

const human = { kind: "human", via: "faults" } as const;

export async function openSharedEngine(options: SharedEngineOptions): Promise<SharedEngine> {
  const { url, clockOffMs = 0 } = options;
  const storage = await openPostgresStorage({ appVersion: "faults", ...options.storage, url });
  const clock = { ...systemPorts.clock, now: () => Date.now() + clockOffMs };
  const calls: LedgerCall[] = [];
  const ledger = options.ledger ?? {
    append: (call: LedgerCall) => void calls.push(call),
    close: () => undefined,
  };
  const registry = createNodeRegistry([
    ...builtInNodeTypes({ dataFolder: "/nowhere" }),
    ...ledgerNodeTypes({ ledger, onSubStep: options.onSubStep ?? (() => undefined) }),
    ...(options.nodeTypes ?? []),
  ]);
  const identity = {
    ...machineIdentity(),
    instanceId: systemPorts.newUuid(),
    kind: "faults",
    appVersion: "faults",
    at: timestamp(clock.now()),
  };
  const fence = await storage.registerInstance(identity);
  const ports = { ...systemPorts, clock, registry, secrets: { get: () => Promise.resolve(null) } };
  const engine = createEngine(
    {
      ...ports,
      storage: options.gate?.(storage) ?? storage,
      fence,
      isolate: () => Promise.reject(new Error("No expression here is isolated.")),
      log: () => undefined,
    },
    // Two commits are under way as soon as two runs have something to say.
    { fewestBeside: 1, ...options.engine },
  );
  const notices: string[] = [];
  const waiting = new Set<() => void>();
  engine.subscribe((signal) => {
    if (signal.kind !== "notice") return;
    notices.push(signal.code);
    for (const look of waiting) look();
  });
  engine.start();

  return {
    engine,
    storage,
    calls,
    notices,
    noticed: (code) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!notices.includes(code)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async submit({ requestKey, workflow: text, input }) {
      const submission = { text, file: `${requestKey}.json`, input, baseDir: "/", requestKey };
      const started = await patiently(() =>
        submitWorkflow({ ...ports, engine }, { ...submission, grants: [], actor: human }),
      );
      return started.runId;
    },
    recoverExpired: () =>
      storage.recoverInterruptedRuns({
        fence,
        at: timestamp(clock.now()),
        thresholdSecs: 30,
        bootId: identity.bootId,
        scope: "expired",
      }),
    async close() {
      await engine.stop({ drainMs: 0 });
      await storage.close();
    },
  };
}

/** As a person does who is told that the server is away. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isTransientStorageError(error)) throw error;
      await pause(50);
    }
  }
}
