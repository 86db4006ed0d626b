// `node bench/postgres-worker.ts URL RUNS`: an engine that takes queued runs, RUNS of them at once, as a worker does. It
// says "ready" when it has worked for a while, begins at the first message, and ends cleanly at the second.
import { once } from "node:events";
import { createEngine } from "../app/engine/create-engine.ts";
import type { EngineOptions } from "../app/engine/engine-ports.ts";
import { isTerminal } from "../app/model/job.ts";
import { systemPorts } from "../src-main/core/system-ports.ts";
import { machineIdentity } from "../src-main/machine-identity.ts";
import { openPostgresStorage } from "../src-main/storage/postgres/postgres-storage.ts";
import { chainOf, waitingRegistry } from "./step-workflows.ts";

const [url = "", runs = "100"] = process.argv.slice(2);
const maxConcurrentRuns = Number(runs);
const storage = await openPostgresStorage({ url, appVersion: "bench" });
await workForAWhile();
const engine = await registerEngine({ maxConcurrentRuns });
const lease = storage.shared.keepLease(engine.fence, (error) => engine.giveUp(error));
process.send?.("ready");
await once(process, "message");
engine.start();
await once(process, "message");
await engine.stop({ drainMs: 0 });
await lease.close();
await storage.close();
process.disconnect();

async function registerEngine(options: Partial<EngineOptions>) {
  const identity = machineIdentity();
  const fence = await storage.registerInstance({
    ...identity,
    instanceId: systemPorts.newUuid(),
    kind: "bench",
    appVersion: "bench",
    at: new Date().toISOString(),
  });
  return createEngine(
    {
      ...systemPorts,
      storage,
      fence,
      machineId: identity.machineId,
      limitShares: storage.shared.limitShares,
      registry: waitingRegistry,
      secrets: { get: () => Promise.resolve(null) },
      isolate: () => Promise.reject(new Error("No expression of the benchmark is isolated.")),
      log: (level, message) => {
        if (level !== "info" && process.connected) process.send?.(message);
      },
    },
    options,
  );
}

/** Runs of its own, until code is compiled and statements are planned: a worker is started once and works for days. */
async function workForAWhile(): Promise<void> {
  const own = new Set<string>();
  const before = await registerEngine({ maxConcurrentRuns, onlyRuns: own });
  const definition = chainOf(10);
  let open = 4 * maxConcurrentRuns;
  const ended = Promise.withResolvers<void>();
  before.subscribe((signal) => {
    if (signal.kind !== "committed" || !isTerminal(signal.status)) return;
    open -= 1;
    if (open === 0) ended.resolve();
  });
  before.start();
  for (let count = open; count > 0; count -= 1) {
    const actor = { kind: "human", via: "bench" } as const;
    const { runId } = await before.startRun({ definition, input: null, grants: [], actor });
    own.add(runId);
  }
  await ended.promise;
  await before.stop({ drainMs: 0 });
}
