import type { Clock, Timer } from "../../app/engine/clock.ts";

/** The machine's two clocks; they go on when a process dies. */
export interface MachineTime {
  /** Milliseconds since 1970. */
  wall: number;
  monotonic: number;
}

/** The clock of one process: nothing happens until the simulation lets it. */
export interface SimClock extends Clock {
  /** Callbacks for the next turn of the event loop, in order. */
  readonly turns: (() => void)[];
  /** Milliseconds until the earliest timer is due; null when there is none. */
  remainingMs(): number | null;
  /** Calls the earliest timer back; the machine's time moves to it when it is not due yet. */
  fireEarliest(): void;
}

interface Pending {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

export function createSimClock(time: MachineTime): SimClock {
  const turns: (() => void)[] = [];
  const pending = new Set<Pending>();
  let order = 0;

  function earliest(): Pending | null {
    let first: Pending | null = null;
    for (const timer of pending) {
      const isBefore =
        first === null ||
        timer.dueAt < first.dueAt ||
        (timer.dueAt === first.dueAt && timer.order < first.order);
      if (isBefore) first = timer;
    }
    return first;
  }

  return {
    turns,
    now: () => Math.floor(time.wall),
    monotonic: () => time.monotonic,
    setTimer(delayMs, callback): Timer {
      order += 1;
      const timer = { dueAt: time.monotonic + Math.max(0, delayMs), order, callback };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    nextTurn: (callback) => {
      turns.push(callback);
    },
    remainingMs() {
      const first = earliest();
      return first === null ? null : Math.max(0, first.dueAt - time.monotonic);
    },
    fireEarliest() {
      const first = earliest();
      if (first === null) return;
      pending.delete(first);
      pass(time, first.dueAt - time.monotonic);
      first.callback();
    },
  };
}

export function pass(time: MachineTime, milliseconds: number): void {
  if (milliseconds <= 0) return;
  time.wall += milliseconds;
  time.monotonic += milliseconds;
}

/** Runs every microtask that is due; the simulation's only real turn of the event loop. */
export function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
