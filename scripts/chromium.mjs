// Finds the browser of the end-to-end tests, and installs it where that is simple.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** The same engine without the browser around it: a start costs the specs half as much. */
const HEADLESS = "chromium-headless-shell";
const INSTALL_LIMIT_MS = 5 * 60_000;

/** As `ensureChromium`, with the headless shell before all others. */
export function ensureChromiumForSpecs() {
  return ensureChromium([HEADLESS, ...NAMES]);
}

/** Returns `{ path }`, or `{ path: null, reason }` with one line that says what to do. */
export function ensureChromium(names = NAMES) {
  const found = findChromium(names);
  if (found !== null) return { path: found };
  if (process.env.CHROMIUM_PATH) {
    return missing(`CHROMIUM_PATH names no program: ${process.env.CHROMIUM_PATH}.`);
  }
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    return missing("Install chromium or google-chrome, or set CHROMIUM_PATH to one.");
  }
  console.log("Set-up: installing Chromium for the browser tests (apt-get install chromium) …");
  const failure = aptGet(["update"]) ?? aptGet(["install", "-y", "chromium"]);
  if (failure !== null) return missing(failure);
  // An older Debian has none; then Chromium itself does.
  if (names.includes(HEADLESS)) aptGet(["install", "-y", HEADLESS]);
  const installed = findChromium(names);
  return installed === null
    ? missing("apt-get installed chromium, but no such program is on PATH.")
    : { path: installed };
}

function findChromium(names) {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted) return isProgram(wanted) ? wanted : null;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder !== "" && isProgram(path)) return path;
    }
  }
  return null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function aptGet(args) {
  const result = spawnSync("apt-get", args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: INSTALL_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.status === 0) return null;
  const lastLine = result.stderr?.trim().split("\n").at(-1);
  return `apt-get ${args[0]} failed: ${result.error?.message ?? lastLine ?? "no message"}.`;
}

function missing(reason) {
  return { path: null, reason: `Chromium not found. ${reason}` };
}
