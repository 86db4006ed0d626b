import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { whyNotHere } from "./test-host.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const vite = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));

/** Runs once before all specs: what is shipped, and the same main process with small screens for specs. */
// Playwright loads the default export.
// oxlint-disable-next-line import/no-default-export
export default async function buildOnce(): Promise<void> {
  if (whyNotHere() !== null) return;
  // Each has a folder of its own in dist.
  await Promise.all([
    build(["--config", "renderer.vite.config.ts"]),
    build(["--app", "--config", "electron.vite.config.ts"]),
    build(["--app", "--config", "electron.vite.config.ts"], { HANDSHAKE_BUILD: "specs" }),
  ]);
}

async function build(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(process.execPath, [vite, "build", ...args, "--logLevel", "warn"], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`vite build ${args.join(" ")} ended with ${code ?? signal}`);
}
