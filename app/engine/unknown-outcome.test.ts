import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const retry = { maxAttempts: 3, initialDelayMs: 0 };
const runAgain = { node: "a", answer: { action: "run_again" }, actor: human } as const;

it("one decision to run an external sub-step again allows one attempt", async () => {
  let effects = 0;
  bed = await createEngineBed([
    handlerType("pays", (_input, context) =>
      context.step(
        "pay",
        () => {
          effects += 1;
          throw new Error("the line was cut");
        },
        { replay: "external" },
      ),
    ),
  ]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "pays", retry }] });
  const waits = async (): Promise<boolean> =>
    (await bed.node(runId, "a")).status === "awaiting_user";
  await bed.clock.advance(10);
  await bed.until(waits);
  expect(effects).toBe(1);
  await bed.engine.answer({ runId, ...runAgain });
  await bed.clock.advance(10);
  await bed.until(waits);
  expect(effects).toBe(2);
});

it("an attempt whose outcome was unknown uses up no attempt, in memory and after a restart", async () => {
  const never = new Promise<never>(() => undefined);
  bed = await createEngineBed([handlerType("slow", () => never, { defaultReplay: "external" })]);
  const { runId } = await bed.start({
    nodes: [{ id: "a", type: "slow", timeoutMs: 100, retry: { maxAttempts: 1 } }],
  });
  for (const restarts of [false, true, true]) {
    await bed.clock.advance(200);
    await bed.until(async () => (await bed.status(runId)) === "awaiting_user");
    if (restarts) await bed.crash();
    await bed.engine.answer({ runId, ...runAgain });
    await bed.until(async () => (await bed.node(runId, "a")).status === "running");
  }
  const { nodeExecutionId } = await bed.node(runId, "a");
  const attempts = await bed.storage.listAttempts(nodeExecutionId);
  expect(attempts.map(({ status, error }) => [status, error?.outcomeUnknown])).toEqual([
    ["failed", true],
    ["failed", true],
    ["failed", true],
    ["running", undefined],
  ]);
});

it("an output that a person rejected is read by nobody, also after a restart", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: 1 }, review: true, onError: "continue" },
      { id: "wait", type: "approval", with: { question: "Go on?" } },
    ],
    output: { a: "=nodes.a.output" },
  });
  await bed.until(async () => (await bed.status(runId)) === "awaiting_user");
  await bed.engine.answer({ runId, node: "a", answer: { accepted: false }, actor: human });
  await bed.crash();
  const answer = { approved: true };
  await bed.engine.answer({ runId, node: "wait", answer, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed_with_issues");
  expect(await bed.output(runId)).toEqual({});
});
