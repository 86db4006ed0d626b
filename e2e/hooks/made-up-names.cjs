// In the core's thread two names exist beside the system's: `inside.test` leads to this machine, and so does
// `turning.test`, but whoever asks for that one a second time gets nothing (DNS rebinding).
const dns = require("node:dns/promises");
const threads = require("node:worker_threads");
const { syncBuiltinESMExports } = require("node:module");

if (threads.isMainThread) {
  threads.Worker = class extends threads.Worker {
    constructor(file, options) {
      super(file, { ...options, execArgv: [...(options?.execArgv ?? []), "-r", __filename] });
    }
  };
} else {
  const { lookup } = dns;
  const asked = [];
  dns.lookup = async (name, options) => {
    if (!name.endsWith(".test")) return lookup(name, options);
    if (name === "turning.test" && asked.includes(name))
      throw new Error(`${name} was asked twice.`);
    asked.push(name);
    return [{ address: "127.0.0.1", family: 4 }];
  };
}
syncBuiltinESMExports();
