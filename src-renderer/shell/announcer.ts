import { createStoreValue } from "../store/store-value.ts";

const politeEveryMs = 5_000;

export const politeText = createStoreValue("");
export const assertiveText = createStoreValue("");

let lastPoliteMs = 0;
let waiting: string | null = null;
let timer: number | null = null;

/** Tells a screen reader, at most once in 5 s; of several messages in between the newest counts. */
export function announce(message: string): void {
  const sinceMs = Date.now() - lastPoliteMs;
  if (sinceMs >= politeEveryMs) say(message);
  else {
    waiting = message;
    timer ??= window.setTimeout(() => {
      timer = null;
      if (waiting !== null) say(waiting);
      waiting = null;
    }, politeEveryMs - sinceMs);
  }
}

/** Interrupts: only for "needs you" on the open run and for errors of the data. */
export function announceNow(message: string): void {
  assertiveText.set(message);
}

function say(message: string): void {
  lastPoliteMs = Date.now();
  politeText.set(message);
}
