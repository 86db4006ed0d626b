import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

/** Fails while `control.fails`; notes each idempotency key. */
function switchable() {
  const control = { fails: true, keys: [] as string[] };
  const type = handlerType("work", (_input, context) => {
    control.keys.push(`${context.nodePath} ${context.idempotencyKey}`);
    if (control.fails && context.nodePath === "b") throw new Error("broken");
    return `${context.nodePath} done`;
  });
  return { control, type };
}

const chain = {
  nodes: ["a", "b", "c"].map((id) => ({ id, type: "work" })),
  edges: [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
  ],
  output: "=[nodes.a.output, nodes.b.output, nodes.c.output]",
};

it("[X2] retry from failure is a new run of the same job that takes over what was completed", async () => {
  const { control, type } = switchable();
  bed = await createEngineBed([type]);
  const first = await bed.start(chain);
  expect(await bed.engine.waitForRun(first.runId)).toBe("failed");
  control.fails = false;
  const second = await bed.engine.retryRun({ runId: first.runId, actor: human });
  expect(await bed.engine.waitForRun(second.runId)).toBe("completed");
  expect(second.jobId).toBe(first.jobId);
  expect(await bed.output(second.runId)).toEqual(["a done", "b done", "c done"]);
  expect(bed.calls).toEqual(["a#1", "b#1", "b#1", "c#1"]);
  const [, firstB, secondB] = control.keys;
  expect(secondB).toBe(firstB);
  const lineage = await bed.storage.listRunsOfJob(first.jobId);
  expect(lineage.map((run) => [run.runId, run.trigger.kind])).toEqual([
    [second.runId, "retry"],
    [first.runId, "manual"],
  ]);
  expect(await bed.storage.getJob(first.jobId)).toMatchObject({
    state: "completed",
    workflowRunId: second.runId,
  });
});

it("a completed run cannot be retried, and a stalled one is resumed instead", async () => {
  const { control, type } = switchable();
  control.fails = false;
  bed = await createEngineBed([type]);
  const { runId } = await bed.start(chain);
  await bed.engine.waitForRun(runId);
  await expect(bed.engine.retryRun({ runId, actor: human })).rejects.toThrow("completed");
});

it("run again starts over with the same input and keys of its own", async () => {
  const { control, type } = switchable();
  control.fails = false;
  bed = await createEngineBed([type]);
  const first = await bed.start(chain, { input: { n: 1 } });
  await bed.engine.waitForRun(first.runId);
  const second = await bed.engine.rerun({ runId: first.runId, actor: human });
  await bed.engine.waitForRun(second.runId);
  expect(second.jobId).toBe(first.jobId);
  expect(bed.calls).toHaveLength(6);
  expect(new Set(control.keys).size).toBe(6);
});

it("run again of a stalled run cancels it: a job never has two unfinished runs", async () => {
  let hangs = true;
  const type = handlerType("work", () => (hangs ? new Promise(() => undefined) : 1));
  bed = await createEngineBed([type]);
  const first = await bed.start({ nodes: [{ id: "a", type: "work" }] });
  await bed.until(() => bed.calls.length === 1);
  await bed.crash();
  hangs = false;
  const second = await bed.engine.rerun({ runId: first.runId, actor: human });
  await bed.until(async () => (await bed.status(second.runId)) === "completed");
  expect(await bed.status(first.runId)).toBe("cancelled");
});

it("a fork runs the named node and all behind it again, in a new job, with new keys", async () => {
  const { control, type } = switchable();
  control.fails = false;
  bed = await createEngineBed([type]);
  const first = await bed.start(chain);
  await bed.engine.waitForRun(first.runId);
  const fork = await bed.engine.forkRun({ runId: first.runId, node: "b", actor: human });
  expect(await bed.engine.waitForRun(fork.runId)).toBe("completed");
  expect(fork.jobId).not.toBe(first.jobId);
  expect(bed.calls).toEqual(["a#1", "b#1", "c#1", "b#1", "c#1"]);
  expect(await bed.node(fork.runId, "a")).toMatchObject({ status: "completed", attemptNumber: 0 });
  expect(await bed.nodeOutput(fork.runId, "a")).toBe("a done");
  expect(new Set(control.keys).size).toBe(5);
  expect(await bed.storage.getRun(fork.runId)).toMatchObject({ forkedFromRunId: first.runId });
  await expect(bed.engine.forkRun({ runId: first.runId, node: "x", actor: human })).rejects.toThrow(
    'no node "x"',
  );
});

it("retry, run again and fork keep the folder that the first run was started in", async () => {
  const folders: (string | null)[] = [];
  const type = handlerType("work", (_input, { folder }) => {
    folders.push(folder);
    throw new Error("broken");
  });
  bed = await createEngineBed([type]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "work" }] }, { folder: "/first" });
  await bed.engine.waitForRun(runId);
  const request = { runId, actor: human };
  for (const again of [
    () => bed.engine.retryRun(request),
    () => bed.engine.rerun(request),
    () => bed.engine.forkRun({ ...request, node: "a" }),
  ]) {
    const next = await again();
    await bed.engine.waitForRun(next.runId);
    expect(await bed.storage.getRun(next.runId)).toMatchObject({ trigger: { folder: "/first" } });
  }
  const without = await bed.start({ nodes: [{ id: "a", type: "work" }] });
  await bed.engine.waitForRun(without.runId);
  expect(folders).toEqual(["/first", "/first", "/first", "/first", null]);
  expect(await bed.storage.verify({ quick: false })).toEqual([]);
});
