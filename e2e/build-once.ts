import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { whyNotHere } from "./test-host.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const vite = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));

/** Runs once before all specs: what is shipped, and the same main process with small screens for specs. */
// Playwright loads the default export.
// oxlint-disable-next-line import/no-default-export
export default function buildOnce(): void {
  if (whyNotHere() !== null) return;
  build(["--config", "renderer.vite.config.ts"]);
  build(["--app", "--config", "electron.vite.config.ts"]);
  build(["--app", "--config", "electron.vite.config.ts"], { HANDSHAKE_BUILD: "specs" });
}

function build(args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  execFileSync(process.execPath, [vite, "build", ...args, "--logLevel", "warn"], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
}
