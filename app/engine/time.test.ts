import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType } from "../../src-main/testing/engine-bed.ts";
import { HandlerError } from "./handler-error.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const day = 86_400_000;

/** Fails `times` times, then answers with the number of the attempt. */
function flaky(times: number) {
  return handlerType("flaky", (_input, { attempt }) => {
    if (attempt <= times) throw new Error(`failure ${attempt}`);
    return attempt;
  });
}

it("[X8] a failing node is tried again after its back-off, which is stored", async () => {
  bed = await createEngineBed([flaky(2)]);
  const retry = { maxAttempts: 3, initialDelayMs: 1_000, backoffFactor: 2, maxDelayMs: 60_000 };
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "flaky", retry }] });
  await bed.until(async () => (await bed.node(runId, "a")).status === "queued");
  // Equal jitter with random 0.5: three quarters of the delay.
  expect((await bed.node(runId, "a")).notBefore).toBe("2026-01-05T09:00:00.750Z");
  await bed.clock.advance(749);
  expect(bed.calls).toEqual(["a#1"]);
  await bed.clock.advance(1);
  await bed.until(() => bed.calls.length === 2);
  await bed.clock.advance(1_500);
  await bed.until(async () => (await bed.status(runId)) === "completed");
  const { nodeExecutionId } = await bed.node(runId, "a");
  const attempts = await bed.storage.listAttempts(nodeExecutionId);
  expect(attempts.map(({ number, status, error }) => [number, status, error?.message])).toEqual([
    [1, "failed", "failure 1"],
    [2, "failed", "failure 2"],
    [3, "completed", undefined],
  ]);
});

it("[X8] attempts end with maxAttempts", async () => {
  bed = await createEngineBed([flaky(9)]);
  const retry = { maxAttempts: 2, initialDelayMs: 0 };
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "flaky", retry }] });
  await bed.clock.advance(1);
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect(bed.calls).toEqual(["a#1", "a#2"]);
});

it("[X8] a run that only waits on a timer is parked as queued, without an owner, over restarts", async () => {
  bed = await createEngineBed([], { heartbeatIntervalMs: day });
  const { runId } = await bed.start({
    nodes: [
      { id: "wait", type: "delay", with: { ms: 3 * day } },
      { id: "then", type: "transform", with: { value: "done" } },
    ],
    edges: [{ from: "wait", to: "then" }],
  });
  expect(await bed.engine.waitForRun(runId, { untilParked: true })).toBe("queued");
  expect(await bed.storage.getRun(runId)).toMatchObject({
    status: "queued",
    ownerInstanceId: null,
    wakeAt: "2026-01-08T09:00:00.000Z",
  });
  await bed.clock.advance(day);
  await bed.crash();
  expect(bed.recovery).toMatchObject({ stalled: [], poisoned: [], ended: [] });
  await bed.clock.advance(2 * day - 1_000);
  expect(await bed.status(runId)).toBe("queued");
  await bed.clock.advance(2_000);
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(bed.calls).toEqual(["then#1"]);
});

it("[X8] a timer that is overdue after a restart fires once", async () => {
  bed = await createEngineBed([], { heartbeatIntervalMs: day });
  const { runId } = await bed.start({ nodes: [{ id: "wait", type: "delay", with: { ms: day } }] });
  await bed.engine.waitForRun(runId, { untilParked: true });
  bed.clock.jump(7 * day);
  await bed.crash();
  await bed.clock.advance(1);
  await bed.until(async () => (await bed.status(runId)) === "completed");
  const ends = (await bed.events(runId)).filter(
    (event) => event.type === "node.status" && event.data.to === "completed",
  );
  expect(ends).toHaveLength(1);
});

it("a timer also fires when the wall clock was set back", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [{ id: "wait", type: "delay", with: { ms: 4_000 } }],
  });
  await bed.until(async () => (await bed.nodes(runId)).length === 1);
  bed.clock.jump(-3_600_000);
  await bed.clock.advance(4_000);
  await bed.until(async () => (await bed.status(runId)) === "completed");
});

it("a timer that became due by a jump of the wall clock fires at the next beat", async () => {
  bed = await createEngineBed([], { parkAfterMs: day });
  const { runId } = await bed.start({
    nodes: [{ id: "wait", type: "delay", with: { ms: 3_600_000 } }],
  });
  await bed.until(async () => (await bed.nodes(runId)).length === 1);
  bed.clock.jump(3_600_000);
  await bed.clock.advance(5_000);
  await bed.until(async () => (await bed.status(runId)) === "completed");
});

it("a node that takes longer than its timeout is aborted and fails with TIMEOUT", async () => {
  let reason: unknown;
  const slow = handlerType(
    "slow",
    (_input, { signal }) =>
      new Promise(() => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
        });
      }),
  );
  bed = await createEngineBed([slow]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "slow", timeoutMs: 1_000 }] });
  await bed.until(() => bed.calls.length === 1);
  await bed.clock.advance(1_000);
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect(reason).toBeInstanceOf(Error);
  expect(await bed.node(runId, "a")).toMatchObject({ error: { code: "TIMEOUT" } });
});

it("a run that works longer than its limit fails with TIME_LIMIT", async () => {
  const slow = handlerType(
    "slow",
    (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
  );
  bed = await createEngineBed([slow]);
  const { runId } = await bed.start({
    limits: { timeoutMs: 10_000 },
    nodes: [{ id: "a", type: "slow" }],
  });
  await bed.until(() => bed.calls.length === 1);
  await bed.clock.advance(10_000);
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect((await bed.storage.getRun(runId))?.error).toMatchObject({ code: "TIME_LIMIT" });
  expect(await bed.node(runId, "a")).toMatchObject({ status: "cancelled" });
});

it("a token limit closes the run after the node that went over it", async () => {
  const eats = handlerType("eats", (_input, context) => {
    context.addMetrics({ inputTokens: 80, outputTokens: 40 });
    return 1;
  });
  bed = await createEngineBed([eats]);
  const { runId } = await bed.start({
    limits: { maxTokens: 100 },
    nodes: [
      { id: "a", type: "eats" },
      { id: "b", type: "eats" },
    ],
    edges: [{ from: "a", to: "b" }],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  const run = await bed.storage.getRun(runId);
  expect(run?.error).toMatchObject({ code: "TOKEN_LIMIT" });
  expect((await bed.storage.getJob(run?.jobId ?? ""))?.metrics).toMatchObject({ totalTokens: 120 });
  expect(bed.calls).toEqual(["a#1"]);
});

it("an external node is tried again only after an error that started nothing", async () => {
  const external = handlerType(
    "external",
    (_input, { attempt }) => {
      if (attempt === 1)
        throw new HandlerError("REFUSED", "no connection", { effectNotStarted: true });
      throw new Error("half way");
    },
    { defaultReplay: "external" },
  );
  bed = await createEngineBed([external]);
  const retry = { maxAttempts: 5, initialDelayMs: 0 };
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "external", retry }] });
  await bed.clock.advance(1);
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect(bed.calls).toEqual(["a#1", "a#2"]);
});

it("[X4] an external node that timed out asks a person what became of it", async () => {
  const external = handlerType("external", () => new Promise(() => undefined), {
    defaultReplay: "external",
  });
  bed = await createEngineBed([external]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "external", timeoutMs: 500 }] });
  await bed.until(() => bed.calls.length === 1);
  await bed.clock.advance(500);
  await bed.until(async () => (await bed.status(runId)) === "awaiting_user");
  expect(await bed.node(runId, "a")).toMatchObject({ question: { kind: "unknown_outcome" } });
});

it("an approval that nobody answers expires with the answer given for that", async () => {
  bed = await createEngineBed([], { heartbeatIntervalMs: day });
  const { runId } = await bed.start({
    nodes: [
      {
        id: "ask",
        type: "approval",
        with: { question: "Go?", expiresInMs: day, onExpire: { approved: false } },
      },
    ],
    output: "=nodes.ask.output.approved",
  });
  expect(await bed.engine.waitForRun(runId)).toBe("awaiting_user");
  await bed.clock.advance(day + 5_000);
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(await bed.output(runId)).toBe(false);
});
