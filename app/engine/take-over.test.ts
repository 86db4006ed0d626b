import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const broken = "=1 * 'x'";

/** Paths of the skipped nodes, in the order of history. */
async function skipped(runId: string): Promise<readonly string[]> {
  const events = await bed.events(runId);
  return events.flatMap((event) => (event.type === "node.skipped" ? [event.data.nodePath] : []));
}

it("a retry says again what its saved results skip", async () => {
  bed = await createEngineBed([
    handlerType("fails", () => {
      throw new Error("no");
    }),
  ]);
  const source = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: 1 } },
      { id: "off", type: "transform", with: { value: 2 } },
      { id: "behind", type: "transform", with: { value: 3 } },
      { id: "b", type: "fails" },
    ],
    edges: [
      { from: "a", to: "off", when: "=output > 1" },
      { from: "off", to: "behind" },
      { from: "a", to: "b" },
    ],
  });
  expect(await bed.engine.waitForRun(source.runId)).toBe("failed");
  const { runId } = await bed.engine.retryRun({ runId: source.runId, actor: human });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  expect(await skipped(runId)).toEqual(["off", "behind"]);
  expect(bed.calls).toEqual(["a#1", "b#1", "b#1"]);
});

it("a node that a broken condition failed stays failed in a retry, and so does what that one fails", async () => {
  bed = await createEngineBed();
  const source = await bed.start({
    nodes: [
      { id: "a", type: "transform", with: { value: 1 } },
      { id: "b", type: "transform", with: { value: 2 }, onError: "continue" },
      { id: "c", type: "transform", with: { value: 3 } },
    ],
    edges: [
      { from: "a", to: "b", when: broken },
      { from: "b", to: "c", on: "always", when: broken },
    ],
  });
  expect(await bed.engine.waitForRun(source.runId)).toBe("failed");
  const { runId } = await bed.engine.retryRun({ runId: source.runId, actor: human });
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  const nodes = await bed.nodes(runId);
  expect(nodes.map(({ nodePath, status, error }) => [nodePath, status, error?.pointer])).toEqual([
    ["a", "completed", undefined],
    ["b", "failed", "/edges/0/when"],
    ["c", "failed", "/edges/1/when"],
  ]);
  expect(bed.calls).toEqual(["a#1"]);
});

it("of two retries at once one makes a run, and the other is told so", async () => {
  bed = await createEngineBed([
    handlerType("fails", () => {
      throw new Error("no");
    }),
  ]);
  const { runId, jobId } = await bed.start({ nodes: [{ id: "a", type: "fails" }] });
  await bed.engine.waitForRun(runId);
  const request = { runId, actor: human };
  const answers = await Promise.allSettled([
    bed.engine.retryRun(request),
    bed.engine.retryRun(request),
  ]);
  const refusals = answers.flatMap((answer) =>
    answer.status === "rejected" ? [(answer.reason as { code: string }).code] : [],
  );
  expect(refusals).toEqual(["CONFLICT"]);
  expect(await bed.storage.listRunsOfJob(jobId)).toHaveLength(2);
});
