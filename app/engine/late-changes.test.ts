import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

it("a handler that outlives its engine's epoch ends without harm", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<null>();
  let refusal: unknown = null;
  bed = await createEngineBed([
    handlerType("agent", async (_input, context) => {
      await released;
      try {
        return await context.step("call", () => 1);
      } catch (error) {
        refusal = error;
        throw error;
      }
    }),
  ]);
  await bed.start({ nodes: [{ id: "a", type: "agent" }] });
  await bed.until(() => bed.calls.length === 1);
  const at = "2026-01-05T09:00:00.000Z";
  const instance = { kind: "test", pid: 1, processStartedAt: at, bootId: "b", machineId: "m" };
  const instanceId = "00000000-0000-4000-8000-00000000ffff";
  await bed.storage.registerInstance({ ...instance, instanceId, appVersion: "0", at });
  release(null);
  await bed.until(() => refusal !== null);
  // Vitest fails on a rejection that nobody handled.
  await bed.until(() => bed.engine.activeRuns === 0);
  expect(refusal).toMatchObject({ code: "FENCED" });
});

it("a run that cannot even begin fails in the group that claims it", async () => {
  bed = await createEngineBed();
  await bed.crash({ starts: false });
  const { runId } = await bed.start({
    nodes: [{ id: "a", type: "transform", with: { value: "=1 * 'x'" } }],
  });
  expect(await bed.status(runId)).toBe("queued");
  bed.engine.start();
  expect(await bed.engine.waitForRun(runId)).toBe("failed");
  const events = await bed.events(runId);
  const groups = new Set(events.map(({ groupId }) => groupId));
  expect([events.length, groups.size]).toEqual([5, 2]);
});

it("the first closing wins: a cancel of a stalled run that is closing as failed ends it as failed", async () => {
  const never = new Promise<never>(() => undefined);
  bed = await createEngineBed([handlerType("hang", () => never)]);
  const { runId } = await bed.start({
    nodes: [
      { id: "asks", type: "hang", sensitive: true },
      { id: "a", type: "hang" },
    ],
  });
  await bed.until(() => bed.calls.length === 1);
  await bed.crash();
  await bed.engine.answer({ runId, node: "asks", answer: { confirmed: false }, actor: human });
  expect(await bed.status(runId)).toBe("stalled");
  await bed.engine.cancelRun({ runId, actor: human });
  const run = await bed.storage.getRun(runId);
  expect([run?.status, run?.closing?.to]).toEqual(["failed", "failed"]);
});
