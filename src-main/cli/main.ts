import { runCommandLine } from "./command-line.ts";

// The `handshake` command: bin/handshake.mjs loads this file, or its bundle.

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Pressed again: at once. What is committed stays committed; the next start finds the rest.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}
for (const stream of [process.stdout, process.stderr]) {
  // `handshake runs | head`: nobody reads any more. The command itself goes on to its end.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  interrupted: interrupt.signal,
});
