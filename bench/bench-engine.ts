import { createEngine } from "../app/engine/create-engine.ts";
import type { EngineOptions } from "../app/engine/engine-ports.ts";
import { isTerminal } from "../app/model/job.ts";
import { parseJson, type JsonValue } from "../app/model/json.ts";
import type { PinnedDefinition } from "../app/model/workflow-definition.ts";
import type { Fence, Storage } from "../app/storage/storage.ts";
import { systemPorts } from "../src-main/core/system-ports.ts";
import { machineIdentity } from "../src-main/machine-identity.ts";
import { dataPaths } from "../src-main/storage/sqlite/sqlite-database.ts";
import { openSqliteStorage } from "../src-main/storage/sqlite/sqlite-storage.ts";
import { countStorage, type StorageCounts } from "./counting-storage.ts";
import { preSizeWal } from "./pre-size-wal.ts";
import { stepRegistry } from "./step-workflows.ts";

/** The engine on real SQLite with the product's ports, as the core thread has it. */
export interface BenchEngine {
  readonly storage: Storage;
  readonly counts: StorageCounts;
  readonly fence: Fence;
  /** Starts so many runs at once and waits until the last one ended. Their ids. */
  runAll(work: RunsToDo): Promise<readonly string[]>;
  /** Leaves so many runs to other engines. */
  queueAll(work: RunsToDo): Promise<void>;
  /** A run's output, parsed. */
  outputOf(runId: string): Promise<JsonValue>;
  /** What the engine complained about. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface RunsToDo {
  readonly definition: PinnedDefinition;
  readonly runs: number;
}

export async function openBenchEngine(folder: string): Promise<BenchEngine> {
  const opened = await openSqliteStorage({ folder, appVersion: "bench" });
  preSizeWal(dataPaths(folder).database);
  return startBenchEngine(opened);
}

/** On storage that is closed with it. */
export async function startBenchEngine(
  opened: Storage,
  options: Partial<EngineOptions> = {},
): Promise<BenchEngine> {
  const { storage, counts } = countStorage(opened);
  const at = new Date().toISOString();
  const instanceId = systemPorts.newUuid();
  const identity = { ...machineIdentity(), instanceId, kind: "bench", appVersion: "bench", at };
  const complaints: string[] = [];
  const engine = createEngine(
    {
      ...systemPorts,
      storage,
      fence: await storage.registerInstance(identity),
      registry: stepRegistry,
      secrets: { get: () => Promise.resolve(null) },
      isolate: () => Promise.reject(new Error("No expression of the benchmark is isolated.")),
      log: (level, message) => {
        if (level !== "info") complaints.push(message);
      },
    },
    options,
  );
  if (options.onlyRuns === undefined) engine.start();

  return {
    storage,
    counts,
    fence: engine.fence,
    complaints,
    async runAll({ definition, runs }) {
      const ended = Promise.withResolvers<void>();
      let open = runs;
      const unsubscribe = engine.subscribe((signal) => {
        if (signal.kind !== "committed" || !isTerminal(signal.status)) return;
        open -= 1;
        if (open === 0) ended.resolve();
      });
      const request = { definition, input: null, grants: [], actor } as const;
      const started = await Promise.all(
        Array.from({ length: runs }, () => engine.startRun(request)),
      );
      await ended.promise;
      unsubscribe();
      return started.map(({ runId }) => runId);
    },
    async queueAll({ definition, runs }) {
      const request = { definition, input: null, grants: [], actor } as const;
      await Promise.all(Array.from({ length: runs }, () => engine.startRun(request)));
    },
    async outputOf(runId) {
      const payload = await storage.getPayload({ of: "run", runId, slot: "output" });
      return payload === null ? null : parseJson(payload.text);
    },
    async close() {
      await engine.stop({ drainMs: 0 });
      await storage.close();
    },
  };
}

const actor = { kind: "human", via: "bench" } as const;
