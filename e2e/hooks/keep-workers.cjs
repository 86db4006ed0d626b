// Keeps the app's threads where a spec can end them: globalThis.workers.
const threads = require("node:worker_threads");
const { syncBuiltinESMExports } = require("node:module");

globalThis.workers = [];
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args);
    globalThis.workers.push(this);
  }
};
syncBuiltinESMExports();
