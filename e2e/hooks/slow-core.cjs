// Whatever the app's threads say arrives 6 s later: a start that takes long, as with a migration.
const threads = require("node:worker_threads");
const { syncBuiltinESMExports } = require("node:module");

const delayMs = 6_000;
threads.Worker = class extends threads.Worker {
  on(event, listener) {
    if (event !== "message") return super.on(event, listener);
    return super.on(event, (message) => setTimeout(() => listener(message), delayMs));
  }
};
syncBuiltinESMExports();
