import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/**
 * Starts a program in a process group of its own, but behind a gate: nothing of the program runs
 * before `open()`. So its group can be written down first, and when we die before that, the gate reads
 * the end of its pipe and ends without an effect.
 *
 * The gate is a constant script of the system's `sh` that waits for a line on descriptor 3 and then
 * becomes the program by `exec`: same process, same group, exact exit code and signal. Program and
 * arguments are its positional parameters, which no shell ever parses. It works where
 * `process.execPath` is not Node (Electron with its runAsNode fuse off) and costs two milliseconds.
 * Windows has neither groups nor `exec`: the program starts at once and `open()` does nothing.
 */
export function spawnBehindGate(options: {
  /** Absolute, without `=`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly hasInput: boolean;
  readonly gateShell?: string;
}): { readonly child: ChildProcess; readonly open: () => void } {
  const { program, args, cwd, env } = options;
  const input = options.hasInput ? "pipe" : "ignore";
  if (process.platform === "win32") {
    const child = spawn(program, args, {
      cwd,
      env,
      shell: false,
      windowsHide: true,
      stdio: [input, "pipe", "pipe"],
    });
    return { child, open: () => undefined };
  }
  const child = spawn(
    options.gateShell ?? "/bin/sh",
    ["-c", gateScript, "handshake-gate", ...withoutShellVariables(env), program, ...args],
    { cwd, env, shell: false, detached: true, stdio: [input, "pipe", "pipe", "pipe"] },
  );
  const gate = child.stdio[3];
  if (!(gate instanceof Socket)) return { child, open: () => undefined };
  // A gate that was killed cannot be written to; its exit says so.
  gate.on("error", () => undefined);
  return { child, open: () => gate.end("go\n") };
}

const gateScript =
  'read -r HANDSHAKE_GATE <&3 || exit 125; [ "$HANDSHAKE_GATE" = go ] || exit 125; exec "$@" 3<&-';

/** A shell puts variables of its own into the environment; the program shall not see them. */
function withoutShellVariables(env: Readonly<Record<string, string>>): string[] {
  const own = ["PWD", "OLDPWD", "SHLVL", "_"].filter((name) => !(name in env));
  return ["/usr/bin/env", ...own.flatMap((name) => ["-u", name]), "--"];
}
