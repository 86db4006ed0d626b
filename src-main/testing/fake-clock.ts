import type { Clock, Timer } from "../../app/engine/clock.ts";

/** A clock that stands still until a test moves it. Turns of the event loop are real. */
export interface FakeClock extends Clock {
  /** Moves both clocks and fires the timers on the way, in order, each with a few turns to settle. */
  advance(milliseconds: number): Promise<void>;
  /** The wall clock jumps; the monotonic one does not notice. */
  jump(milliseconds: number): void;
  /** A process died: its timers are gone. */
  clearTimers(): void;
}

interface Pending {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

export function createFakeClock(startsAt = Date.parse("2026-01-05T09:00:00.000Z")): FakeClock {
  let wall = startsAt;
  let monotonic = 0;
  let order = 0;
  const pending = new Set<Pending>();

  const earliest = (until: number): Pending | undefined =>
    [...pending]
      .filter((timer) => timer.dueAt <= until)
      .toSorted((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0];

  return {
    now: () => wall,
    monotonic: () => monotonic,
    setTimer(delayMs, callback): Timer {
      order += 1;
      const timer = { dueAt: monotonic + Math.max(0, delayMs), order, callback };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    nextTurn: (callback) => {
      setImmediate(callback);
    },
    async advance(milliseconds) {
      const end = monotonic + milliseconds;
      await settle();
      for (let timer = earliest(end); timer !== undefined; timer = earliest(end)) {
        pending.delete(timer);
        wall += Math.max(0, timer.dueAt - monotonic);
        monotonic = Math.max(monotonic, timer.dueAt);
        timer.callback();
        await settle();
      }
      wall += end - monotonic;
      monotonic = end;
      await settle();
    },
    jump(milliseconds) {
      wall += milliseconds;
    },
    clearTimers() {
      pending.clear();
    },
  };
}

/** Lets everything that is due happen: promises, and a few turns of the event loop. */
export async function settle(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
