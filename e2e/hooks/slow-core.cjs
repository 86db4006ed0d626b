// Whatever the app's threads say arrives only once a spec calls globalThis.releaseCore(): a start that takes
// long, as with a migration.
const threads = require("node:worker_threads");
const { syncBuiltinESMExports } = require("node:module");

let held = [];
globalThis.releaseCore = () => {
  const waiting = held;
  held = null;
  for (const deliver of waiting) deliver();
};
threads.Worker = class extends threads.Worker {
  on(event, listener) {
    if (event !== "message") return super.on(event, listener);
    return super.on(event, (message) => {
      if (held === null) listener(message);
      else held.push(() => listener(message));
    });
  }
};
syncBuiltinESMExports();
