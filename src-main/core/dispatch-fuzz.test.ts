import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { checkingCore, nothingWrong, requestNames } from "./checking-core.fixture.ts";
import { fuzzLimitMs, fuzzPlan, mostGrownMb } from "./fuzz-plan.fixture.ts";
import { fuzzedMessage } from "./message-fuzzer.fixture.ts";

test(
  "[S10] fuzzed messages at the dispatch: none crashes, none reaches a handler unvalidated",
  async () => {
    const plan = fuzzPlan("dispatch");
    const { client, seen } = checkingCore();
    const link = client.connect({ onMessage: () => undefined, onDrop: () => undefined });
    for (let sent = 0; sent < plan.messages; sent += 1) {
      plan.at(sent);
      link.send(fuzzedMessage(plan.random, requestNames));
      if (sent % 50 === 0) await turn();
    }
    await turn();
    expect({ seed: plan.seed, ...seen }).toMatchObject({ seed: plan.seed, ...nothingWrong });
    // The fuzzer is worth something: both kinds came up.
    expect(Math.min(seen.reached, seen.dropped, seen.answers)).toBeGreaterThan(300);
    expect(plan.grownMb()).toBeLessThan(mostGrownMb);
  },
  fuzzLimitMs(),
);
