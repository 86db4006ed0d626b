import { spawn } from "node:child_process";

/** Ends a server whose tests are gone, however they went: also a SIGKILL leaves no server behind. */
export interface PostgresJanitor {
  /** The main process of the server that is up now; 0: it is down. */
  watch(pid: number): void;
  /** Nothing is left to watch. */
  dismiss(): void;
}

// Reads its input until the tests' process is gone. SIGQUIT: the server ends at once with all of its backends;
// where even that takes long, SIGKILL, after which its backends leave by themselves.
const program = `
server=0
while read -r pid; do server=$pid; done
tries=0
while [ "$server" -gt 0 ] && kill -QUIT "$server" 2> /dev/null && [ "$tries" -lt 50 ]; do
  tries=$((tries + 1)); sleep 0.1
done
[ "$server" -gt 0 ] && kill -9 "$server" 2> /dev/null
for again in 1 2 3 4 5; do rm -rf "$1" 2> /dev/null && [ ! -e "$1" ] && exit; sleep 0.2; done
`;

/** `folder` is removed at the end as well. On Windows there is none: there a killed test leaves its server. */
export function hireJanitor(folder: string): PostgresJanitor {
  if (process.platform === "win32") return { watch: () => undefined, dismiss: () => undefined };
  const child = spawn("/bin/sh", ["-c", program, "janitor", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // Whoever ends the group of the tests does not end it.
    detached: true,
  });
  child.stdin.on("error", () => undefined);
  child.unref();
  return {
    watch: (pid) => void child.stdin.write(`${pid}\n`),
    dismiss: () => void child.stdin.end("0\n"),
  };
}
