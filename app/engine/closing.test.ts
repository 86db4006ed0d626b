import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const obedient = handlerType(
  "work",
  (_input, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")));
    }),
);
const deaf = handlerType("work", () => new Promise(() => undefined), { defaultReplay: "external" });
const workflow = {
  nodes: [
    { id: "b", type: "work" },
    { id: "c", type: "transform", with: { value: 1 } },
  ],
  edges: [{ from: "b", to: "c" }],
};

it("[W6] cancel aborts the handler and ends the run as cancelled", async () => {
  bed = await createEngineBed([obedient]);
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.length === 1);
  await bed.engine.cancelRun({ runId, actor: human, reason: "not needed" });
  await bed.until(async () => (await bed.status(runId)) === "cancelled");
  expect(await bed.node(runId, "b")).toMatchObject({
    status: "cancelled",
    attemptStatus: "cancelled",
  });
  const kinds = (await bed.events(runId)).map((event) => [event.type, event.actor.kind]);
  expect(kinds.slice(-3)).toEqual([
    ["run.closing", "human"],
    ["node.status", "engine"],
    ["run.status", "engine"],
  ]);
});

it("[W6] a handler that does not listen is given up after 30 s, its outcome unknown", async () => {
  bed = await createEngineBed([deaf]);
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.length === 1);
  await bed.engine.cancelRun({ runId, actor: human });
  await bed.clock.advance(29_999);
  expect(await bed.status(runId)).toBe("running");
  await bed.clock.advance(1);
  await bed.until(async () => (await bed.status(runId)) === "cancelled");
  const { nodeExecutionId } = await bed.node(runId, "b");
  expect(await bed.storage.listAttempts(nodeExecutionId)).toMatchObject([
    { status: "cancelled", error: { code: "CANCELLED", outcomeUnknown: true } },
  ]);
});

it("[W6] a cancel survives a crash: the run ends cancelled at the next start", async () => {
  bed = await createEngineBed([deaf]);
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.length === 1);
  await bed.engine.cancelRun({ runId, actor: human });
  await bed.crash();
  expect(await bed.status(runId)).toBe("cancelled");
});

it("the first closing wins: a second cancel is refused", async () => {
  bed = await createEngineBed([deaf]);
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.length === 1);
  await bed.engine.cancelRun({ runId, actor: human, reason: "first" });
  await expect(bed.engine.cancelRun({ runId, actor: human })).rejects.toThrow(
    "closing already: first",
  );
});

it("a result that comes after the cancel is dropped", async () => {
  let finish: () => void = () => undefined;
  const late = handlerType(
    "work",
    () => new Promise((resolve) => (finish = () => resolve("late"))),
  );
  bed = await createEngineBed([late]);
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.length === 1);
  await bed.engine.cancelRun({ runId, actor: human });
  finish();
  await bed.until(async () => (await bed.status(runId)) === "cancelled");
  expect(await bed.node(runId, "b")).toMatchObject({ status: "cancelled", outputRef: null });
});

it("runs that nobody works on are cancelled at once: waiting, parked and stalled ones", async () => {
  bed = await createEngineBed([deaf]);
  const waiting = await bed.start({
    nodes: [{ id: "ask", type: "approval", with: { question: "?" } }],
  });
  const parked = await bed.start({ nodes: [{ id: "wait", type: "delay", with: { ms: 1e9 } }] });
  const stalled = await bed.start(workflow);
  await bed.engine.waitForRun(waiting.runId);
  await bed.engine.waitForRun(parked.runId, { untilParked: true });
  await bed.until(() => bed.calls.length === 1);
  await bed.crash();
  for (const { runId } of [waiting, parked, stalled]) {
    await bed.engine.cancelRun({ runId, actor: human });
    expect(await bed.status(runId)).toBe("cancelled");
    expect(await bed.storage.getRun(runId)).toMatchObject({ lastActor: human, wakeAt: null });
    for (const node of await bed.nodes(runId)) expect(node.status).toBe("cancelled");
  }
});

it("a stalled run marked failed has failed nodes and says who did it", async () => {
  bed = await createEngineBed([deaf]);
  const { runId } = await bed.start(workflow);
  await bed.until(() => bed.calls.length === 1);
  await bed.crash();
  await bed.engine.failRun({ runId, actor: human });
  expect(await bed.status(runId)).toBe("failed");
  expect(await bed.node(runId, "b")).toMatchObject({ status: "failed", lastActor: human });
});

it("a run that ended cannot be cancelled", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [{ id: "a", type: "transform", with: { value: 1 } }],
  });
  await bed.engine.waitForRun(runId);
  await expect(bed.engine.cancelRun({ runId, actor: human })).rejects.toThrow("completed already");
});
