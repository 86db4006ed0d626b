// Loaded into `handshake serve` before it (`-r`): at the moment its port is asked for, before any tab can
// connect, a second process reads the recovery events out of the database. The last read is kept in a file.
const { spawnSync } = require("node:child_process");
const { writeFileSync } = require("node:fs");
const { Server } = require("node:net");
const path = require("node:path");
const { isMainThread } = require("node:worker_threads");

const { RECOVERY_SEEN_FILE: file, RECOVERY_SEEN_DATA: folder } = process.env;
const reader = path.join(__dirname, "read-recovery.mjs");
const listen = Object.getOwnPropertyDescriptor(Server.prototype, "listen").value;
Server.prototype.listen = function listenAfterReading(...args) {
  // The control socket listens on a path, in the core's thread.
  const [options] = args;
  if (isMainThread && typeof options === "object" && options !== null && "port" in options) {
    const { stdout } = spawnSync(process.execPath, [reader, folder], { encoding: "utf8" });
    writeFileSync(file, stdout);
  }
  return listen.apply(this, args);
};
