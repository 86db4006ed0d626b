import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ticker = fileURLToPath(new URL("main-thread-ticker.ts", import.meta.url));

/** A Node process whose main thread is watched (main-thread-ticker.ts). */
export interface TickedProcess {
  readonly child: ChildProcess;
  /** The longest block of its main thread while `work` went on, in milliseconds. */
  longestBlockMs(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

export function startTicked(args: readonly string[]): TickedProcess {
  const child = spawn(process.execPath, ["--import", ticker, ...args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  return {
    child,
    async longestBlockMs(work) {
      child.send("begin");
      await work();
      const answered = once(child, "message");
      child.send("end");
      // Sent by main-thread-ticker.ts.
      const [answer] = (await answered) as [{ readonly longestMs: number }];
      return answer.longestMs;
    },
    async close() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** A process that does nothing: what its main thread misses is the machine's doing. */
export function startIdle(): TickedProcess {
  return startTicked(["-e", "setInterval(() => undefined, 2 ** 30)"]);
}
