// Loaded into the main process before the app (`-r`): at the moment each BrowserWindow is constructed, a
// second process reads the recovery events out of the database.
const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { app } = require("electron");

const reader = path.join(__dirname, "read-recovery.mjs");
globalThis.recoveryAtWindows = [];
app.on("browser-window-created", (_event, window) => {
  const folder = process.argv.at(-1);
  const { stdout } = spawnSync(process.env.HANDSHAKE_TEST_NODE, [reader, folder], {
    encoding: "utf8",
  });
  globalThis.recoveryAtWindows.push({ title: window.getTitle(), ...JSON.parse(stdout) });
});
