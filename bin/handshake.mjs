#!/usr/bin/env node
// The `handshake` command. Runs on any Node from 18 on: when this one is too old for the app, it hands
// over to the Node that came with the dependencies.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { builtCommand, isBuiltCommandCurrent } from "./built-command.mjs";

const EXIT_OWNERSHIP_OR_SET_UP = 4;
const LAUNCHER_PID = "HANDSHAKE_LAUNCHER_PID";

if (isNewEnough(process.versions.node)) {
  endWithLauncher();
  // Reading some 200 TypeScript files anew at each command would take most of its time.
  module.enableCompileCache?.(
    fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)),
  );
  await (isBuiltCommandCurrent() ? import(builtCommand) : import("../src-main/cli/main.ts"));
} else {
  runOnProjectNode();
}

/** From 22.18 on Node reads TypeScript by itself. */
function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function runOnProjectNode() {
  const program = process.platform === "win32" ? "node.exe" : "node";
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${program}`, import.meta.url));
  if (!existsSync(node)) {
    console.error(
      `Handshake needs Node 22.18 or newer, but this is Node ${process.versions.node}: ` +
        "run `npm start` once in the project's folder, it brings one, or install a newer Node.",
    );
    process.exitCode = EXIT_OWNERSHIP_OR_SET_UP;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [LAUNCHER_PID]: String(process.pid) },
  });
  // On a terminal Ctrl-C reaches the child by itself; passed on as well it would count as pressed twice.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => {
    if (!hasTerminal) child.kill("SIGINT");
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => {
    console.error(`Handshake could not start its Node at ${node}: ${error.message}`);
    process.exitCode = EXIT_OWNERSHIP_OR_SET_UP;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // End the same way, so that whoever waits sees the same signal.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // A signal that does not end this process leaves the shell's number for it.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}

// Whoever kills the launcher means the command: without this a `kill -9` would leave it running, unseen.
function endWithLauncher() {
  const launcherPid = process.env[LAUNCHER_PID];
  delete process.env[LAUNCHER_PID];
  if (launcherPid !== String(process.ppid) || process.channel === undefined) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}
