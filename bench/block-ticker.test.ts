import { expect, test } from "vitest";
import { startBlockTicker } from "./block-ticker.ts";

test("the longest block is found, with the part that was spent in commits", async () => {
  let commitMs = 0;
  const ticker = startBlockTicker(() => commitMs);
  await new Promise(setImmediate);
  blockFor(5);
  await new Promise(setImmediate);
  blockFor(40);
  commitMs += 30;
  await new Promise(setImmediate);
  const longest = ticker.stop();
  expect(longest.ms).toBeGreaterThanOrEqual(40);
  expect(longest.commitMs).toBe(30);
  expect(longest.otherMs).toBe(longest.ms - 30);
});

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
