import { expect, test } from "vitest";
import { createAcknowledged } from "./acknowledged.ts";
import type { LedgerCall } from "./call-ledger.ts";
import { checkCalls } from "./check-calls.ts";
import { killLoop, killLoopFigures } from "./kill-loop.ts";

const kills = 100;

test(
  `[ST-01] ${kills} of the 500 kills of a process at work: nothing acknowledged is lost, nothing is done twice`,
  { timeout: 900_000 },
  async () => {
    const result = await killLoop({ seed: 1, kills, lanes: 2 });
    console.log(killLoopFigures(result));
    expect(result.failures).toEqual([]);
    expect(result.kills).toBeGreaterThanOrEqual(kills);
    expect(result.stalls).toBeGreaterThan(0);
  },
);

test("the kill loop notices a run that lost its newest event, and one that is gone", () => {
  const told = createAcknowledged();
  told.take([
    { tell: "committed", runId: "a", lastSeq: 7, status: "running" },
    { tell: "committed", runId: "b", lastSeq: 3, status: "completed" },
    { tell: "opened", runs: [["a", 6, "running"]] },
  ]);
  expect(told.problems).toEqual([
    "lost: run a was told up to event 7, has 6",
    "lost: run b is gone",
  ]);
});

test("the kill loop notices calls that were made too early, twice, or after the end", async () => {
  const call = (attempt: number, more: Partial<LedgerCall> = {}): LedgerCall => ({
    call: "handler",
    runId: "run",
    nodePath: "node",
    attempt,
    idempotencyKey: "key",
    ...more,
  });
  const problems = await checkCalls({
    attemptsOf: () => Promise.resolve([{ number: 1, status: "completed" }]),
    nodes: [{ nodePath: "node", nodeExecutionId: "execution" }],
    events: [],
    calls: [call(1), call(1), call(2, { idempotencyKey: "another" }), call(1, { nodePath: "no" })],
  });
  expect(problems).toEqual([
    "attempt 1 of node was called 2 times",
    "attempt 2 of node was called before it was committed",
    "node was called again (2) after it was completed",
    "node had 2 idempotency keys",
    "no was called, but has no execution",
  ]);
});
