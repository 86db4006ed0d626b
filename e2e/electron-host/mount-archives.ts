import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import threads, { type WorkerOptions } from "node:worker_threads";
import { archivedPath, patchFileSystem } from "./archive-files.ts";
import { loadModulesFromArchives } from "./archive-modules.ts";

// Archives are folders from here on, in this thread and in those that it starts: as in Electron, and with
// Electron's limits. Imported for its effect, before the app.

patchFileSystem();
loadModulesFromArchives();

threads.Worker = class extends threads.Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    const execArgv = [...(options.execArgv ?? []), "--import", import.meta.url];
    super(file, { ...options, execArgv });
  }
};

/** No program can be started from inside an archive. */
for (const name of ["spawn", "spawnSync", "execFile", "execFileSync", "fork"] as const) {
  // A function of node:child_process, called with whatever it was given.
  const original = childProcess[name] as (...args: unknown[]) => unknown;
  const guarded = (program: unknown, ...rest: unknown[]): unknown => {
    if (archivedPath(program) !== null) throw new Error(`${String(program)} is in an archive.`);
    return original(program, ...rest);
  };
  Object.assign(childProcess, { [name]: guarded });
}
syncBuiltinESMExports();
