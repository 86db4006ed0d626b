// Runs one program of the test run in a process group of its own, so that Ctrl-C, a time limit
// and a forgotten child process all end.
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { projectNode, projectRoot } from "./bootstrap.mjs";

const FORCE_AFTER_MS = 5_000;
const hasGroups = process.platform !== "win32";

/** Runs a script of package.json; resolves to null when it succeeded, else to one line that says how it ended. */
export function runSuite({ script, args = [], limitMs, env = {} }) {
  return new Promise((resolve) => {
    const child = spawn(
      projectNode,
      ["--run", script, ...(args.length > 0 ? ["--", ...args] : [])],
      {
        cwd: projectRoot,
        stdio: ["ignore", "inherit", "inherit"],
        detached: hasGroups,
        env: {
          ...process.env,
          // The hundreds of processes that the tests start compile each source once. Keyed by its content.
          NODE_COMPILE_CACHE: join(projectRoot, "node_modules/.cache/compiled"),
          ...env,
          PATH: pathWithProjectTools(),
        },
      },
    );
    let ending = null;
    const end = (reason) => {
      ending ??= reason;
      signalGroup(child, "SIGTERM");
      forced ??= setTimeout(() => signalGroup(child, "SIGKILL"), FORCE_AFTER_MS);
    };
    let forced = null;
    const limit = setTimeout(
      () => end(`took longer than ${Math.round(limitMs / 1000)} s`),
      limitMs,
    );
    const interrupted = () => end("interrupted");
    process.on("SIGINT", interrupted);
    process.on("SIGTERM", interrupted);

    const finish = (outcome) => {
      clearTimeout(limit);
      clearTimeout(forced);
      process.off("SIGINT", interrupted);
      process.off("SIGTERM", interrupted);
      // Whatever the suite left running in its group.
      signalGroup(child, "SIGKILL");
      resolve(ending ?? outcome);
    };
    child.on("error", (error) => finish(`could not be started: ${error.message}`));
    child.on("exit", (code, signal) =>
      finish(code === 0 ? null : signal === null ? `exit code ${code}` : `ended by ${signal}`),
    );
  });
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (hasGroups) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function pathWithProjectTools() {
  return [join(projectRoot, "node_modules/.bin"), process.env.PATH].join(delimiter);
}
