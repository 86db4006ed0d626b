import type { LogLine, Storage } from "../storage/storage.ts";
import type { Clock, Timer } from "./clock.ts";

/** Node logs on their way to storage: outside history, durable within a second. */
export interface LogBuffer {
  add(line: LogLine): void;
  flush(): Promise<void>;
}

const flushAfterMs = 500;
const mostWaiting = 10_000;

/** Beyond 10,000 waiting lines (storage cannot write) the newest are dropped; their tail may be lost. */
export function createLogBuffer(
  storage: Storage,
  clock: Clock,
  onError: (error: unknown) => void,
): LogBuffer {
  let waiting: LogLine[] = [];
  let timer: Timer | null = null;

  async function flush(): Promise<void> {
    timer?.cancel();
    timer = null;
    const lines = waiting;
    waiting = [];
    if (lines.length === 0) return;
    try {
      await storage.appendLogs(lines);
    } catch (error) {
      onError(error);
    }
  }

  return {
    add(line) {
      if (waiting.length >= mostWaiting) return;
      waiting.push(line);
      timer ??= clock.setTimer(flushAfterMs, () => void flush());
    },
    flush,
  };
}
