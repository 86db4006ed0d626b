// `node bench/postgres-worker.ts URL RUNS`: an engine that takes queued runs, RUNS of them at once, as a worker does. It
// says "ready", begins at the first message, and ends cleanly at the second.
import { once } from "node:events";
import { createEngine } from "../app/engine/create-engine.ts";
import { systemPorts } from "../src-main/core/system-ports.ts";
import { machineIdentity } from "../src-main/machine-identity.ts";
import { openPostgresStorage } from "../src-main/storage/postgres/postgres-storage.ts";
import { waitingRegistry } from "./step-workflows.ts";

const [url = "", runs = "100"] = process.argv.slice(2);
const storage = await openPostgresStorage({ url, appVersion: "bench" });
const identity = machineIdentity();
const fence = await storage.registerInstance({
  ...identity,
  instanceId: systemPorts.newUuid(),
  kind: "bench",
  appVersion: "bench",
  at: new Date().toISOString(),
});
const engine = createEngine(
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
      if (level !== "info") process.send?.(message);
    },
  },
  { maxConcurrentRuns: Number(runs) },
);
const lease = storage.shared.keepLease(fence, (error) => engine.giveUp(error));
process.send?.("ready");
await once(process, "message");
engine.start();
await once(process, "message");
await engine.stop({ drainMs: 0 });
await lease.close();
await storage.close();
process.disconnect();
