import { expect, test } from "vitest";
import { AttemptAbort } from "./attempt-abort.ts";

test("a signal that is asked for after the end is aborted, with the first reason", () => {
  const abort = new AttemptAbort();
  abort.abort("first");
  abort.abort("second");
  expect(abort.isAborted).toBe(true);
  expect(abort.signal.aborted).toBe(true);
  expect(abort.signal.reason).toBe("first");
  expect(abort.signal).toBe(abort.signal);
});

test("a signal that was asked for before hears of it", () => {
  const abort = new AttemptAbort();
  const { signal } = abort;
  let heard: unknown = null;
  signal.addEventListener("abort", () => {
    heard = signal.reason;
  });
  expect(abort.isAborted).toBe(false);
  abort.abort("closing");
  expect(heard).toBe("closing");
});
