import fc from "fast-check";
import { expect, it } from "vitest";
import { createFakeClock } from "../../src-main/testing/fake-clock.ts";
import { DueQueue } from "./due-queue.ts";

it("gives what is due in the order of time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1_000 })), async (delays) => {
      const clock = createFakeClock();
      const queue = new DueQueue(clock);
      for (const [index, delay] of delays.entries()) queue.add(index, clock.now() + delay);
      await clock.advance(500);
      const taken: number[] = [];
      for (let due = queue.takeDue(); due !== null; due = queue.takeDue()) {
        taken.push(delays[due.index] ?? -1);
      }
      expect(taken).toEqual(delays.filter((delay) => delay <= 500).toSorted((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});
