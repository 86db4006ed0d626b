// Loaded into the main process before the app (`-r`): at the moment a main window is constructed, a second
// process reads the recovery events out of the database. The small windows show no runs.
const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { app } = require("electron");

const reader = path.join(__dirname, "read-recovery.mjs");
globalThis.recoveryAtWindows = [];
app.on("browser-window-created", (_event, window) => {
  if (window.getTitle() !== "Handshake") return;
  const folder = process.argv.at(-1);
  const { stdout, stderr } = spawnSync(process.env.HANDSHAKE_TEST_NODE, [reader, folder], {
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(`The database could not be read: ${stderr}`);
  globalThis.recoveryAtWindows.push({ title: window.getTitle(), ...JSON.parse(stdout) });
});
