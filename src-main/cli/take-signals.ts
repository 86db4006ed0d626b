/** The signals that end a long-lived command. */
export interface Signals {
  readonly first: Promise<NodeJS.Signals>;
  /** Pressed again: now. */
  readonly again: Promise<void>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Takes the signals over: in general a second one ends the process on the spot, but a command that owns
 * the data for long still writes down how it leaves its runs. A third one ends it on the spot.
 */
export function takeSignals(): Signals {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const again = Promise.withResolvers<void>();
  let seen = 0;
  for (const signal of signals) {
    const before = process.listeners(signal);
    process.on(signal, () => {
      seen += 1;
      if (seen === 1) first.resolve(signal);
      else if (seen === 2) again.resolve();
      else process.exit(130);
    });
    // After that: without any listener a signal would be lost, or end the process.
    for (const listener of before) process.off(signal, listener);
  }
  return { first: first.promise, again: again.promise };
}
