// The engine gives a cancelled step three seconds, so that a spec need not wait for thirty.
const threads = require("node:worker_threads");
const { syncBuiltinESMExports } = require("node:module");

threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    const start = options?.workerData;
    // A core thread's start (src-main/core/core-port.ts), and no other thread's.
    const isCore = typeof start === "object" && start !== null && "abilities" in start;
    super(file, isCore ? { ...options, workerData: { ...start, forcedEndMs: 3_000 } } : options);
  }
};
syncBuiltinESMExports();
