// `npm start`: set up, then the app: in its window where Electron runs, else in the browser.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectNode, projectRoot, setUp } from "./bootstrap.mjs";
import { findElectron } from "./electron-binary.mjs";
import { ensureBuilt, ensureCommandBuilt } from "./ensure-built.mjs";

/** Sooner than this nobody has used a window: it could not start. */
const FAILED_START_MS = 10_000;

const args = process.argv.slice(2).filter((arg) => arg !== "--browser");
const wantsBrowser = process.argv.includes("--browser");
setUp();
const electron = wantsBrowser ? { path: null, reason: "you asked for it" } : await findElectron();
process.exitCode =
  electron.path === null
    ? await startInBrowser(electron.reason)
    : await startInWindow(electron.path);

async function startInWindow(program) {
  endOn(ensureBuilt("build"));
  const startedAt = Date.now();
  const { code, signal } = await run(program, [join(projectRoot, "dist/main/main.js"), ...args]);
  if (code === 0 || Date.now() - startedAt > FAILED_START_MS) return code ?? 1;
  return startInBrowser(`Electron ended at once (${signal ?? `exit code ${code}`})`);
}

async function startInBrowser(reason) {
  endOn(ensureBuilt("build:renderer") ?? ensureCommandBuilt());
  console.log(`Browser mode, because ${reason}.`);
  // Where nobody looks at a screen, or nobody sits at the terminal, the address is enough.
  const open = process.stdout.isTTY && hasDisplay() ? ["--open"] : [];
  const { code } = await run(projectNode, ["bin/handshake.mjs", "serve", ...open, ...args]);
  return code ?? 1;
}

function hasDisplay() {
  return (
    process.platform !== "linux" || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
  );
}

function endOn(failure) {
  if (failure === null) return;
  console.error(`Set-up failed: ${failure}`);
  process.exit(1);
}

/** Resolves when the program has ended. A Ctrl-C reaches it by itself; this process only waits for it. */
function run(program, programArgs) {
  const child = spawn(program, programArgs, {
    cwd: projectRoot,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // A `kill -9` of this process means the app: `bin/handshake.mjs` ends when its launcher is gone.
    env: { ...process.env, HANDSHAKE_LAUNCHER_PID: String(process.pid) },
  });
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      resolve({ code: 1, signal: null });
    });
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
}
