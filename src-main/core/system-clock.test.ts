import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "./system-clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const day = 86_400_000;

test("[X8] a timer of 60 days fires after 60 days, not at once, and once", () => {
  const fired = vi.fn<() => void>();
  systemClock.setTimer(60 * day, fired);
  vi.advanceTimersByTime(60 * day - 1);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(30 * day);
  expect(fired).toHaveBeenCalledTimes(1);
});

test("a cancelled timer does not fire, however often it was renewed", () => {
  const fired = vi.fn<() => void>();
  const timer = systemClock.setTimer(60 * day, fired);
  vi.advanceTimersByTime(40 * day);
  timer.cancel();
  vi.advanceTimersByTime(40 * day);
  expect(fired).not.toHaveBeenCalled();
});
