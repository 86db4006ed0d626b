// Whether the window can be had on this machine: Electron's program is no part of its npm package.
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectNode, projectRoot } from "./bootstrap.mjs";

const NO_PROGRESS_LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 500;

/** Gives `{ path }`, or `{ path: null, reason }`, one line on why the window cannot be had here. */
export async function findElectron({
  env = process.env,
  platform = process.platform,
  isRoot = process.getuid?.() === 0,
  packageFolder = join(projectRoot, "node_modules/electron"),
  cacheFolder = join(projectRoot, "node_modules/.cache/handshake"),
} = {}) {
  // What costs nothing comes first: no download for a machine that could not use it.
  if (isRoot) return without("you are root, and Electron's sandbox does not run as root");
  if (platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return without("there is no display");
  }
  if (!existsSync(packageFolder)) return without("the package electron is not installed");
  const installed = installedProgram(packageFolder);
  if (installed !== null) return { path: installed };

  const version = versionOf(packageFolder);
  const failureFile = join(cacheFolder, `no-electron-${version}`);
  if (existsSync(failureFile)) {
    const why = readFileSync(failureFile, "utf8").trim();
    return without(`${why} (tried before; \`npx install-electron\` tries again)`);
  }
  console.log(`Set-up: fetching Electron ${version} …`);
  const failure = await install(packageFolder);
  const program = installedProgram(packageFolder);
  if (failure === null && program !== null) return { path: program };
  const why = `Electron ${version} could not be fetched: ${failure ?? "its program is missing"}`;
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(failureFile, `${why}\n`);
  return without(why);
}

function without(reason) {
  return { path: null, reason };
}

function installedProgram(packageFolder) {
  const pathFile = join(packageFolder, "path.txt");
  if (!existsSync(pathFile)) return null;
  const program = join(packageFolder, "dist", readFileSync(pathFile, "utf8"));
  return existsSync(program) ? program : null;
}

function versionOf(packageFolder) {
  return JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")).version;
}

/** Electron's own installer, ended when nothing arrives any more. Resolves to null, or to what went wrong. */
function install(packageFolder) {
  // Its download goes to the temporary folder: one of its own shows whether anything arrives.
  const folder = mkdtempSync(join(tmpdir(), "handshake-electron-"));
  const child = spawn(projectNode, [join(packageFolder, "install.js")], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  return new Promise((resolve) => {
    let bytes = 0;
    let movedAt = Date.now();
    let isStuck = false;
    const watch = setInterval(() => {
      const now = bytesIn(folder) + bytesIn(join(packageFolder, "dist"));
      if (now !== bytes) [bytes, movedAt] = [now, Date.now()];
      if (Date.now() - movedAt < NO_PROGRESS_LIMIT_MS) return;
      isStuck = true;
      child.kill("SIGKILL");
    }, LOOK_EVERY_MS);
    const finish = (outcome) => {
      clearInterval(watch);
      rmSync(folder, { recursive: true, force: true });
      resolve(outcome);
    };
    child.on("error", (error) => finish(error.message));
    child.on("exit", (code) => {
      if (code === 0) finish(null);
      else if (isStuck) finish(`nothing arrived for ${NO_PROGRESS_LIMIT_MS / 1_000} s`);
      else finish(firstErrorOf(said) ?? `its installer ended with ${code}`);
    });
  });
}

function bytesIn(folder) {
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // It may be gone by now.
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function firstErrorOf(text) {
  return (
    text
      .split("\n")
      .find((line) => /\w*Error\b/.test(line))
      ?.trim() ?? null
  );
}
