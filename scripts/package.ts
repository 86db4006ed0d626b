// `npm run package`: builds the app, then its packages. What belongs to one release is decided here:
// its update feed, the data format that it writes, and how an unsigned build for macOS is signed.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { releaseOptions } from "./release-options.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const migrations = readdirSync(new URL("../migrations/sqlite", import.meta.url));
const options = releaseOptions({ env: process.env, platform: process.platform, migrations });

run("node_modules/vite/bin/vite.js", ["build", "--app", "--config", "electron.vite.config.ts"]);
run("node_modules/vite/bin/vite.js", ["build", "--config", "renderer.vite.config.ts"]);
run("node_modules/electron-builder/cli.js", [...process.argv.slice(2), ...options]);

function run(script: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
