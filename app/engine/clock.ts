/** Time as the engine sees it. Tests and the simulation bring their own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. It may jump. */
  now(): number;
  /** Milliseconds from some fixed point; never goes back. */
  monotonic(): number;
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls back after everything that is already due in this turn of the event loop. */
  nextTurn(callback: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** RFC 3339 in UTC with milliseconds: the one time format of storage and interfaces. */
export function timestamp(milliseconds: number): string {
  if (milliseconds !== newest.milliseconds) {
    newest = { milliseconds, text: new Date(milliseconds).toISOString() };
  }
  return newest.text;
}

// The groups of one turn all ask for the same moment: a tenth of what the engine itself costs.
let newest = { milliseconds: Number.NaN, text: "" };
