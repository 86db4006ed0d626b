import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";

/**
 * Starts the app's program and resolves to its exit code. For an instance that leaves by itself: it may be
 * gone before Playwright could talk to it, and then a promise inside Playwright rejects unheard.
 */
export async function runToExit(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number | null> {
  // The package's value is the path of its program.
  const program: unknown = createRequire(import.meta.url)("electron");
  if (typeof program !== "string") throw new Error("The package electron names no program.");
  // As Playwright starts it: a container's root has no sandbox.
  const sandbox = process.platform === "linux" ? ["--no-sandbox"] : [];
  const started = spawn(program, [...sandbox, ...args], { env, stdio: "ignore" });
  await once(started, "exit");
  return started.exitCode;
}
