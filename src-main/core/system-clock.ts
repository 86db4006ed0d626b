import type { Clock, Timer } from "../../app/engine/clock.ts";

// Node fires a longer timer at once: it counts in 32 bits.
const longestTimerMs = 2 ** 31 - 1;

/**
 * The machine's time. Its timers do not keep the process alive: whether there is still something to do
 * is for the core to say.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (delayMs, callback) => setLongTimer(delayMs, callback),
  // After the callbacks that are due already, so that their commits join one transaction.
  nextTurn: (callback) => {
    setImmediate(callback);
  },
};

function setLongTimer(delayMs: number, callback: () => void): Timer {
  const dueAt = performance.now() + delayMs;
  let handle: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = dueAt - performance.now();
    handle =
      leftMs > longestTimerMs
        ? setTimeout(wait, longestTimerMs)
        : setTimeout(callback, Math.max(0, leftMs));
    handle.unref();
  };
  wait();
  return {
    cancel() {
      clearTimeout(handle);
    },
  };
}
