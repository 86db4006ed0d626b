// The set-up of a clean clone: needs git, Node 20 and npm, and brings the rest. No dependencies here.
import "./check-node.cjs";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node 24 that the app runs on: it comes with the dependencies. */
export const projectNode = join(
  projectRoot,
  "node_modules/node/bin",
  process.platform === "win32" ? "node.exe" : "node",
);

const stampFile = join(projectRoot, "node_modules/.set-up-stamp");

/** Installs the dependencies when they are missing or older than the lockfile. Ends the process when it cannot. */
export function setUp() {
  if (isUpToDate()) return;
  console.log("Set-up: installing the dependencies, Node 24 among them (npm install) …");
  const startedAt = Date.now();
  const failure = runNpm(["install", "--no-save"]) ?? whatIsMissing();
  if (failure !== null) {
    console.error(`Set-up failed: ${failure}`);
    process.exit(1);
  }
  writeFileSync(stampFile, wantedStamp());
  console.log(`Set-up: done in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

function isUpToDate() {
  return (
    existsSync(stampFile) &&
    readFileSync(stampFile, "utf8") === wantedStamp() &&
    whatIsMissing() === null
  );
}

/** Changes with the dependencies and with the machine that the native parts are for. */
function wantedStamp() {
  const lockfile = readFileSync(join(projectRoot, "package-lock.json"));
  const hash = createHash("sha256").update(lockfile).digest("hex");
  return `${process.platform}-${process.arch}-${hash}\n`;
}

// `npm install`, not `npm ci`: the latter fails when the registry lacks a package of a foreign platform.
function runNpm(args) {
  const options = { cwd: projectRoot, stdio: "inherit" };
  const npmScript = process.env.npm_execpath;
  const result =
    npmScript?.endsWith(".js") === true
      ? spawnSync(process.execPath, [npmScript, ...args], options)
      : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (result.error) return `npm could not be started (${result.error.message}); is it installed?`;
  if (result.status !== 0)
    return "npm install did not succeed; its message stands above. Is the network reachable?";
  return null;
}

function whatIsMissing() {
  const reported = spawnSync(projectNode, ["--version"], { encoding: "utf8" });
  if (reported.status === 0) return null;
  return `npm brought no Node that runs here (${process.platform} ${process.arch}); expected it at node_modules/node/bin.`;
}
