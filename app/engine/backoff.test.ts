import fc from "fast-check";
import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const policy = { maxAttempts: 9, initialDelayMs: 1_000, backoffFactor: 2, maxDelayMs: 60_000 };

it("doubles up to the longest delay, half of it random", () => {
  const delays = [1, 2, 3, 10].map((failures) => [
    backoffMs(policy, failures, 0),
    backoffMs(policy, failures, 1),
  ]);
  expect(delays).toEqual([
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
    [30_000, 60_000],
  ]);
});

it("stays a whole number of milliseconds between half of the delay and the longest one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const delay = backoffMs(policy, failures, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(500);
        expect(delay).toBeLessThanOrEqual(60_000);
      },
    ),
  );
});
