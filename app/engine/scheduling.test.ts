import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType } from "../../src-main/testing/engine-bed.ts";
import { settle } from "../../src-main/testing/fake-clock.ts";
import { HandlerError } from "./handler-error.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

/** A handler that ends when the test says so. */
function gate() {
  const open = new Map<string, () => void>();
  const type = handlerType(
    "gate",
    (_input, context) =>
      new Promise((resolve) => {
        open.set(context.nodePath, () => resolve(context.nodePath));
      }),
  );
  return { type, open };
}

const failing = handlerType("failing", () => {
  throw new HandlerError("BROKEN", "it is broken", { retryable: false });
});

it("[S1] each step's transition is committed before the next one starts", async () => {
  const { type, open } = gate();
  bed = await createEngineBed([type]);
  const ids = ["a", "b", "c", "d", "e"];
  const { runId } = await bed.start({
    nodes: ids.map((id) => ({ id, type: "gate" })),
    edges: ids.slice(1).map((to, index) => ({ from: ids[index], to })),
  });
  for (const [index, id] of ids.entries()) {
    await bed.until(() => open.has(id));
    // Read while the handler works: everything up to its own start is there, and nothing more.
    const rows = (await bed.nodes(runId)).map((node) => [node.nodePath, node.status]);
    expect(rows).toEqual([
      ...ids.slice(0, index).map((done) => [done, "completed"]),
      [id, "running"],
    ]);
    open.get(id)?.();
  }
  await bed.until(async () => (await bed.status(runId)) === "completed");
});

it("[W5] at most maxConcurrentNodes of a run are running, the others are queued", async () => {
  const { type, open } = gate();
  bed = await createEngineBed([type]);
  const { runId } = await bed.start({
    limits: { maxConcurrentNodes: 2 },
    nodes: ["a", "b", "c", "d"].map((id) => ({ id, type: "gate" })),
  });
  await bed.until(async () => (await bed.nodes(runId)).length === 4);
  expect((await bed.nodes(runId)).map((node) => node.status)).toEqual([
    "running",
    "running",
    "queued",
    "queued",
  ]);
  open.get("a")?.();
  await bed.until(() => open.has("c"));
  expect((await bed.node(runId, "d")).status).toBe("queued");
});

it("[W5] limits of a node type and of all runs together hold, and free slots are taken", async () => {
  const { type, open } = gate();
  bed = await createEngineBed([type], { maxConcurrentByType: { gate: 1 }, maxConcurrentNodes: 5 });
  const first = await bed.start({ nodes: [{ id: "a", type: "gate" }] });
  const second = await bed.start({ nodes: [{ id: "b", type: "gate" }] });
  await settle();
  expect([...open.keys()]).toEqual(["a"]);
  open.get("a")?.();
  await bed.until(() => open.has("b"));
  open.get("b")?.();
  await bed.until(async () => (await bed.status(second.runId)) === "completed");
  expect(await bed.status(first.runId)).toBe("completed");
});

it("[W5] a run beyond the limit of concurrent runs stays queued until one ends", async () => {
  const { type, open } = gate();
  bed = await createEngineBed([type], { maxConcurrentRuns: 1 });
  const first = await bed.start({ nodes: [{ id: "a", type: "gate" }] });
  const second = await bed.start({ nodes: [{ id: "b", type: "gate" }] });
  await bed.until(() => open.has("a"));
  expect(await bed.status(second.runId)).toBe("queued");
  open.get("a")?.();
  await bed.until(() => open.has("b"));
  expect(await bed.status(first.runId)).toBe("completed");
});

it("skips a node when none of its edges was taken, and everything behind it", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: 1 } },
      { id: "no", type: "transform", with: { value: 1 } },
      { id: "behind", type: "transform", with: { value: 1 } },
      { id: "yes", type: "transform", with: { value: 2 } },
    ],
    edges: [
      { from: "a", to: "no", when: "=output > 5" },
      { from: "no", to: "behind" },
      { from: "a", to: "yes", when: "=output < 5" },
    ],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("completed");
  const skipped = (await bed.events(runId)).flatMap((event) =>
    event.type === "node.skipped" ? [event.data] : [],
  );
  expect(skipped).toEqual([
    { nodePath: "no", iterationPath: "", untakenEdges: [0] },
    { nodePath: "behind", iterationPath: "", untakenEdges: [1] },
  ]);
  expect(bed.calls).toEqual(["a#1", "yes#1"]);
  expect((await bed.storage.getRun(runId))?.nodesDone).toBe(4);
});

it("join all needs every edge, join any needs one", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: 1 } },
      { id: "b", type: "transform", with: { value: 1 } },
      { id: "any", type: "transform", with: { value: 1 } },
      { id: "all", type: "transform", join: "all", with: { value: 1 } },
    ],
    edges: [
      { from: "a", to: "any" },
      { from: "b", to: "any", when: "=false" },
      { from: "a", to: "all" },
      { from: "b", to: "all", when: "=false" },
    ],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("completed");
  expect(bed.calls.toSorted()).toEqual(["a#1", "any#1", "b#1"]);
});

it("onError fail closes the run, cancels running siblings and starts nothing more", async () => {
  let aborted = false;
  const waits = handlerType(
    "waits",
    (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(new Error("stopped"));
        });
      }),
  );
  const { type, open } = gate();
  bed = await createEngineBed([waits, failing, type]);
  const { runId } = await bed.start({
    nodes: [
      { id: "sibling", type: "waits" },
      { id: "gate", type: "gate" },
      { id: "bad", type: "failing" },
      { id: "after", type: "transform", with: { value: 1 } },
    ],
    edges: [
      { from: "gate", to: "bad" },
      { from: "bad", to: "after" },
    ],
  });
  await bed.until(() => open.has("gate"));
  open.get("gate")?.();
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect(aborted).toBe(true);
  expect((await bed.nodes(runId)).map((node) => [node.nodePath, node.status])).toEqual([
    ["sibling", "cancelled"],
    ["gate", "completed"],
    ["bad", "failed"],
  ]);
  const run = await bed.storage.getRun(runId);
  expect(run?.error).toMatchObject({ code: "BROKEN", nodePath: "bad" });
});

it("onError continue takes the error edges and ends completed_with_issues", async () => {
  bed = await createEngineBed([failing]);
  const { runId } = await bed.start({
    nodes: [
      { id: "bad", type: "failing", onError: "continue" },
      { id: "rescue", type: "transform", with: { value: "=nodes.bad.error.code" } },
      { id: "never", type: "transform", with: { value: 1 } },
      { id: "anyway", type: "transform", with: { value: 1 } },
    ],
    edges: [
      { from: "bad", to: "rescue", on: "error", when: "=error.code = 'BROKEN'" },
      { from: "bad", to: "never" },
      { from: "bad", to: "anyway", on: "always" },
    ],
    output: "=nodes.rescue.output",
  });
  expect(await bed.engine.waitForRun(runId)).toBe("completed_with_issues");
  expect(await bed.output(runId)).toBe("BROKEN");
  expect(bed.calls).toEqual(["bad#1", "rescue#1", "anyway#1"]);
});

it("an input expression that fails, fails its node without an attempt", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: "text" } },
      { id: "b", type: "transform", onError: "continue", with: { value: "=nodes.a.output + 1" } },
    ],
    edges: [{ from: "a", to: "b" }],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("completed_with_issues");
  expect(await bed.node(runId, "b")).toMatchObject({
    status: "failed",
    attemptNumber: 0,
    error: { code: "EXPRESSION", nodePath: "b", pointer: "/value" },
  });
  expect(bed.calls).toEqual(["a#1"]);
});

it("a condition that fails, fails its target under the target's onError", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: "text" } },
      { id: "b", type: "transform", with: { value: 1 } },
    ],
    edges: [{ from: "a", to: "b", when: "=output + 1" }],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  expect(await bed.node(runId, "a")).toMatchObject({ status: "completed" });
  expect(await bed.node(runId, "b")).toMatchObject({ status: "failed", attemptNumber: 0 });
});

it("an output expression that fails, fails the run", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [{ id: "a", type: "transform", with: { value: "text" } }],
    output: "=nodes.a.output + 1",
  });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  expect((await bed.storage.getRun(runId))?.error).toMatchObject({ code: "OUTPUT" });
});

it("what a handler gets is the stored value, parsed back, never the live object", async () => {
  const shared: { list: number[] } = { list: [1] };
  const gives = handlerType("gives", () => shared);
  const takes = handlerType("takes", (input) => {
    shared.list.push(99);
    return input;
  });
  bed = await createEngineBed([gives, takes]);
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "gives" },
      { id: "b", type: "takes", with: { got: "=nodes.a.output" } },
      { id: "c", type: "takes", with: { got: "=nodes.a.output" } },
    ],
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  });
  await bed.engine.waitForRun(runId);
  expect(await bed.nodeOutput(runId, "c")).toEqual({ got: { list: [1] } });
});

it("an output that is not JSON fails the node and names the place", async () => {
  const bad = handlerType("bad", () => null);
  bed = await createEngineBed([{ ...bad, execute: () => ({ deep: [1, Number.NaN] }) }]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "bad" }] });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  expect(await bed.node(runId, "a")).toMatchObject({
    error: { code: "OUTPUT_NOT_JSON", pointer: "/deep/1" },
  });
});

it("[X2] a request key given twice is one run", async () => {
  bed = await createEngineBed();
  const workflow = { nodes: [{ id: "a", type: "transform", with: { value: 1 } }] };
  const [first, second] = await Promise.all([
    bed.start(workflow, { requestKey: "once" }),
    bed.start(workflow, { requestKey: "once" }),
  ]);
  const third = await bed.start(workflow, { requestKey: "once" });
  expect(second.runId).toBe(first.runId);
  expect(third).toEqual({ runId: first.runId, jobId: first.jobId, created: false });
  await bed.engine.waitForRun(first.runId);
});
