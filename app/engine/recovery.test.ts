import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";
import type { NodeContext } from "./node-registry.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

/** Handlers that hang while `hangs` holds, and end at once otherwise. */
function hanging(declared: Parameters<typeof handlerType>[2] = {}) {
  const control = { hangs: true };
  const type = handlerType(
    "hang",
    (_input, context) => (control.hangs ? new Promise(() => undefined) : `done ${context.attempt}`),
    declared,
  );
  return { control, type };
}

const chain = {
  nodes: [
    { id: "a", type: "transform", with: { value: 1 } },
    { id: "b", type: "hang" },
    { id: "c", type: "transform", with: { value: "=nodes.b.output" } },
  ],
  edges: [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
  ],
  output: "=nodes.c.output",
};

async function startAndCrash(workflow: Parameters<EngineBed["start"]>[0] = chain): Promise<string> {
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.some((call) => call.startsWith("b#")));
  await bed.crash();
  return runId;
}

it("[X1] resume goes on from the last successful node: completed nodes never run again", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  expect(await bed.status(runId)).toBe("stalled");
  expect(await bed.node(runId, "b")).toMatchObject({ status: "stalled", attemptStatus: "failed" });
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(bed.calls).toEqual(["a#1", "b#1", "b#2", "c#1"]);
  expect(await bed.output(runId)).toBe("done 2");
});

it("[X1] interrupted attempts do not use up maxAttempts", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(() => bed.calls.includes("b#2"));
  await bed.crash();
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  const { nodeExecutionId } = await bed.node(runId, "b");
  const attempts = await bed.storage.listAttempts(nodeExecutionId);
  expect(attempts.map(({ status, error }) => [status, error?.code])).toEqual([
    ["failed", "INTERRUPTED"],
    ["failed", "INTERRUPTED"],
    ["completed", undefined],
  ]);
});

it("[X3] a stalled run stays stalled until somebody resumes it, and the event names who did", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  control.hangs = false;
  await bed.clock.advance(60_000);
  expect(await bed.status(runId)).toBe("stalled");
  await bed.engine.resumeRun({ runId, actor: { kind: "human", id: "ada", via: "test" } });
  const resumed = (await bed.events(runId)).find((event) => event.type === "run.resumed");
  expect(resumed).toMatchObject({
    actor: { kind: "human", id: "ada", via: "test" },
    data: { from: "stalled", to: "queued", decisions: [] },
  });
});

it("[X6] of two resumes at once one starts an attempt, the other hears 'already resumed'", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  control.hangs = false;
  const results = await Promise.allSettled([
    bed.engine.resumeRun({ runId, actor: human }),
    bed.engine.resumeRun({ runId, actor: human }),
  ]);
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(String(refused[0]?.reason)).toContain("already resumed");
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(bed.calls.filter((call) => call.startsWith("b#"))).toEqual(["b#1", "b#2"]);
});

it("[X4] an interrupted external node waits for a person while others go on", async () => {
  const { control, type } = hanging({ defaultReplay: "external" });
  bed = await createEngineBed([type]);
  const runId = await startAndCrash({
    ...chain,
    nodes: [...chain.nodes, { id: "other", type: "hang", replay: "idempotent" }],
  });
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "awaiting_user");
  expect(await bed.node(runId, "other")).toMatchObject({ status: "completed", attemptNumber: 2 });
  expect(await bed.node(runId, "b")).toMatchObject({
    status: "awaiting_user",
    question: { kind: "unknown_outcome" },
    attemptNumber: 1,
  });
  await bed.engine.answer({
    runId,
    node: "b",
    answer: { action: "skip_with_output", output: 7 },
    actor: human,
  });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(await bed.output(runId)).toBe(7);
  expect(bed.calls.filter((call) => call.startsWith("b#"))).toEqual(["b#1"]);
});

it("[X4] a decision given with the resume is followed, and recorded", async () => {
  const { control, type } = hanging({ defaultReplay: "external" });
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human, decisions: { b: { action: "run_again" } } });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(bed.calls.filter((call) => call.startsWith("b#"))).toEqual(["b#1", "b#2"]);
  const { nodeExecutionId } = await bed.node(runId, "b");
  const resumed = (await bed.events(runId)).find((event) => event.type === "run.resumed");
  expect(resumed?.data).toMatchObject({
    decisions: [{ nodeExecutionId, decision: { action: "run_again" } }],
  });
});

it("[X4] mark_done goes on without running the node again", async () => {
  const { control, type } = hanging({ defaultReplay: "external" });
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human, decisions: { b: { action: "mark_done" } } });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(await bed.output(runId)).toBe(null);
});

it("[X5] every attempt of a node is offered the same idempotency key, and a rerun another", async () => {
  const keys: string[] = [];
  let hangs = true;
  const type = handlerType("hang", (_input, context) => {
    keys.push(context.idempotencyKey);
    return hangs ? new Promise(() => undefined) : 1;
  });
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  const again = await bed.engine.rerun({ runId, actor: human });
  await bed.until(async () => (await bed.status(again.runId)) === "completed");
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

it("[X7] an agent's loop goes on after its last recorded sub-step", async () => {
  const called: string[] = [];
  let crashesAt = 3;
  const agent = handlerType("agent", async (_input, context: NodeContext) => {
    const results: number[] = [];
    for (let turn = 1; turn <= 5; turn += 1) {
      if (turn === crashesAt) return new Promise<never>(() => undefined);
      results.push(
        await context.step("model", () => {
          called.push(`model ${turn}`);
          return turn * 10;
        }),
      );
    }
    return results;
  });
  bed = await createEngineBed([agent]);
  const { runId } = await bed.start({
    nodes: [{ id: "b", type: "agent" }],
    output: "=nodes.b.output",
  });
  await bed.until(() => called.length === 2);
  await bed.until(async () => {
    const { nodeExecutionId } = await bed.node(runId, "b");
    return (await bed.storage.listSubSteps(nodeExecutionId)).length === 2;
  });
  await bed.crash();
  crashesAt = 0;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(called).toEqual(["model 1", "model 2", "model 3", "model 4", "model 5"]);
  expect(await bed.output(runId)).toEqual([10, 20, 30, 40, 50]);
});

it("[X7] an external sub-step without a recorded result waits for a person", async () => {
  let calls = 0;
  let hangs = true;
  const agent = handlerType("agent", (_input, context: NodeContext) =>
    context.step(
      "pay",
      () => {
        calls += 1;
        return hangs ? new Promise<never>(() => undefined) : "paid";
      },
      { replay: "external" },
    ),
  );
  bed = await createEngineBed([agent]);
  const { runId } = await bed.start({
    nodes: [{ id: "b", type: "agent" }],
    output: "=nodes.b.output",
  });
  await bed.until(() => calls === 1);
  await bed.crash();
  hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.node(runId, "b")).status === "awaiting_user");
  expect(calls).toBe(1);
  await bed.engine.answer({ runId, node: "b", answer: { action: "run_again" }, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(calls).toBe(2);
});

it("[X9] a resumed run keeps the graph that it was started with", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  // The same workflow, edited, is another definition.
  await bed.start({ nodes: [{ id: "a", type: "transform", with: { value: "edited" } }] });
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect((await bed.nodes(runId)).map((node) => node.nodePath)).toEqual(["a", "b", "c"]);
});

it("a third crash in a row poisons the run, and only a typed confirmation resumes it", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  for (const call of ["b#2", "b#3"]) {
    await bed.engine.resumeRun({ runId, actor: human });
    await bed.until(() => bed.calls.includes(call));
    await bed.crash();
  }
  expect(bed.recovery.poisoned).toMatchObject([{ runId, crashCount: 3 }]);
  expect(await bed.status(runId)).toBe("poisoned");
  control.hangs = false;
  await expect(bed.engine.resumeRun({ runId, actor: human })).rejects.toThrow("typed confirmation");
  await bed.engine.resumeRun({ runId, actor: human, confirmPoisoned: true });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(await bed.storage.getRun(runId)).toMatchObject({ crashCount: 0 });
});

it("a crash counts no more once a node has completed, and a reboot never counts", async () => {
  const { type } = hanging();
  bed = await createEngineBed([type]);
  const runId = await startAndCrash();
  expect((await bed.storage.getRun(runId))?.crashCount).toBe(1);
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(() => bed.calls.includes("b#2"));
  await bed.crash({ newBoot: true });
  expect(bed.recovery.stalled).toMatchObject([{ runId, reason: "power_loss", crashCount: 1 }]);
});

it("an orphan that was closing is ended by recovery, not stalled", async () => {
  const { type } = hanging();
  bed = await createEngineBed([type]);
  const { runId } = await bed.start(chain);
  await bed.until(() => bed.calls.includes("b#1"));
  await bed.engine.cancelRun({ runId, actor: human });
  expect(await bed.status(runId)).toBe("running");
  await bed.crash();
  expect(bed.recovery.ended).toMatchObject([{ runId }]);
  expect(await bed.status(runId)).toBe("cancelled");
  expect(await bed.node(runId, "b")).toMatchObject({ status: "cancelled" });
});

it("[R6] a clean quit stalls the engine's own runs with the reason app_quit", async () => {
  const { control, type } = hanging();
  bed = await createEngineBed([type]);
  const { runId } = await bed.start(chain);
  await bed.until(() => bed.calls.includes("b#1"));
  await bed.engine.stop({ drainMs: 0 });
  const run = await bed.storage.getRun(runId);
  expect(run).toMatchObject({ status: "stalled", statusReason: "app_quit", crashCount: 0 });
  await bed.crash();
  control.hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
});

it("who waits for a run that is still queued is told when the engine stops", async () => {
  const { type } = hanging();
  bed = await createEngineBed([type], { maxConcurrentRuns: 1 });
  await bed.start(chain);
  const { runId } = await bed.start(chain);
  const waiting = expect(bed.engine.waitForRun(runId)).rejects.toThrow("stopped");
  await bed.until(() => bed.calls.includes("b#1"));
  await bed.engine.stop({ drainMs: 0 });
  await waiting;
  expect(await bed.status(runId)).toBe("queued");
});

it("a stop with time to drain lets the step in flight end, and starts no other", async () => {
  let finish: () => void = () => undefined;
  const type = handlerType(
    "hang",
    () => new Promise((resolve) => (finish = () => resolve("late"))),
  );
  bed = await createEngineBed([type]);
  const { runId } = await bed.start(chain);
  await bed.until(() => bed.calls.includes("b#1"));
  const stopped = bed.engine.stop({ drainMs: 30_000 });
  finish();
  await bed.clock.advance(100);
  await stopped;
  expect(await bed.node(runId, "b")).toMatchObject({ status: "completed" });
  expect(await bed.status(runId)).toBe("stalled");
  await bed.crash();
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(bed.calls).toEqual(["a#1", "b#1", "c#1"]);
});

it("[R5] trap: a step that works for 90 seconds keeps beating and is not found stalled", async () => {
  const { type } = hanging();
  bed = await createEngineBed([type]);
  const { runId } = await bed.start(chain);
  await bed.until(() => bed.calls.includes("b#1"));
  await bed.clock.advance(90_000);
  const run = await bed.storage.getRun(runId);
  expect(run).toMatchObject({ status: "running", heartbeatAt: "2026-01-05T09:01:30.000Z" });
  const now = new Date(bed.clock.now()).toISOString();
  expect(await bed.storage.findStalledWorkflows(30, now)).toEqual([]);
});

it("[C1] capabilities are checked again at resume: what is denied is recorded, and the run stays stalled", async () => {
  const { type } = hanging();
  bed = await createEngineBed([type]);
  const { runId } = await bed.start(
    { ...chain, capabilities: ["shell:mail"] },
    { grants: ["shell:mail"] },
  );
  await bed.until(() => bed.calls.includes("b#1"));
  await bed.crash();
  await expect(bed.engine.resumeRun({ runId, actor: human, grants: [] })).rejects.toThrow(
    "shell:mail",
  );
  expect(await bed.status(runId)).toBe("stalled");
  const checks = (await bed.events(runId)).flatMap((event) =>
    event.type === "capability.checked" ? [event.data] : [],
  );
  expect(checks).toEqual([
    { capability: "shell:mail", allowed: true, rule: "shell:mail" },
    { capability: "shell:mail", allowed: false, rule: "not granted" },
  ]);
});
