import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startBlockTicker } from "./block-ticker.ts";

// Time stands still but for what a test says: a machine that does other things as well would block for longer.
beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("the longest block is found, with the part that was spent in commits", async () => {
  let commitMs = 0;
  const ticker = startBlockTicker(() => commitMs);
  await turn();
  blockFor(70);
  await turn();
  blockFor(200);
  commitMs += 150;
  await turn();
  expect(ticker.stop()).toEqual({ ms: 200, commitMs: 150, otherMs: 70 });
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function blockFor(ms: number): void {
  vi.advanceTimersByTime(ms);
}
