import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { whyNotHere } from "./test-host.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const vite = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));

/** Runs once before all specs: the main process as it is shipped, but for where its screens are. */
// Playwright loads the default export.
// oxlint-disable-next-line import/no-default-export
export default function buildOnce(): void {
  if (whyNotHere() !== null) return;
  const args = [
    vite,
    "build",
    "--app",
    "--config",
    "electron.vite.config.ts",
    "--logLevel",
    "warn",
  ];
  const env = { ...process.env, HANDSHAKE_BUILD: "specs" };
  execFileSync(process.execPath, args, { cwd: root, env, stdio: "inherit" });
}
