// Builds what is older than its sources. Needs the dependencies.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beginBuildingCommand, isBuiltCommandCurrent } from "../bin/built-command.mjs";
import { projectNode, projectRoot } from "./bootstrap.mjs";

const sources = {
  "build:renderer": ["app", "src-renderer", "renderer.vite.config.ts", "package-lock.json"],
  build: [
    "app",
    "src-renderer",
    "src-main",
    "renderer.vite.config.ts",
    "electron.vite.config.ts",
    "scripts/bundle",
    "package-lock.json",
  ],
};

/** Runs the script of package.json where its sources changed since it last ran; null, or why it failed. */
export function ensureBuilt(script) {
  const stampFile = join(projectRoot, "dist", `.${script.replace(":", "-")}-stamp`);
  const stamp = hashOf(sources[script]);
  const isBuilt =
    existsSync(stampFile) &&
    readFileSync(stampFile, "utf8") === stamp &&
    existsSync(join(projectRoot, "dist/renderer/index.html"));
  if (isBuilt) return null;
  console.log(`Set-up: building the ${script === "build" ? "app" : "screens"} …`);
  const failure = run(script);
  if (failure !== null) return failure;
  mkdirSync(join(projectRoot, "dist"), { recursive: true });
  writeFileSync(stampFile, stamp);
  return null;
}

/** Builds the `handshake` command where it is not current; null, or why it failed. */
export function ensureCommandBuilt() {
  if (isBuiltCommandCurrent()) return null;
  console.log("Set-up: building the command …");
  const ended = beginBuildingCommand();
  const failure = run("build:cli");
  if (failure === null) ended();
  return failure;
}

function run(script) {
  const result = spawnSync(projectNode, ["--run", script], {
    cwd: projectRoot,
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: [join(projectRoot, "node_modules/.bin"), process.env.PATH].join(delimiter),
    },
  });
  return result.status === 0
    ? null
    : `${script} failed: ${result.error?.message ?? `${result.stdout}${result.stderr}`.trim()}`;
}

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesIn)) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(projectRoot, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesIn(path) {
  const entries = /\.\w+$/.test(path)
    ? null
    : readdirSync(join(projectRoot, path), { recursive: true, withFileTypes: true });
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath.slice(projectRoot.length + 1), entry.name))
    .toSorted();
}
