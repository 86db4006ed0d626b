import { expect, test } from "vitest";
import { startBlockTicker } from "./block-ticker.ts";

test("the longest block is found, with the part that was spent in commits", async () => {
  let commitMs = 0;
  const ticker = startBlockTicker(() => commitMs);
  await new Promise(setImmediate);
  blockFor(1);
  await new Promise(setImmediate);
  blockFor(200);
  commitMs += 150;
  await new Promise(setImmediate);
  const longest = ticker.stop();
  expect(longest.ms).toBeGreaterThanOrEqual(200);
  expect(longest.commitMs).toBe(150);
  // The short block may have been the longer one without commits: this machine does other things as well.
  expect(longest.otherMs).toBeGreaterThanOrEqual(longest.ms - 150);
  expect(longest.otherMs).toBeLessThan(longest.ms);
});

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
