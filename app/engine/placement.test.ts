import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const local = handlerType("local", () => 1, { defaultPlacement: "thisMachine" });
const movable = handlerType("movable", () => 1);

async function machineOf(nodes: readonly object[], secrets: readonly string[] = []) {
  const { runId } = await bed.start(
    { nodes, secrets },
    { grants: secrets.map((s) => `secret:${s}`) },
  );
  await bed.engine.waitForRun(runId);
  return (await bed.storage.getRun(runId))?.trigger.machineId;
}

it("a run stays on its machine when one of its nodes needs it", async () => {
  bed = await createEngineBed([local, movable], { secrets: { KEY: "open sesame" } });
  expect(await machineOf([{ id: "a", type: "movable" }])).toBeUndefined();
  expect(
    await machineOf([
      { id: "a", type: "movable" },
      { id: "b", type: "local" },
    ]),
  ).toBe("machine");
  expect(await machineOf([{ id: "a", type: "local", placement: "any" }])).toBeUndefined();
  expect(await machineOf([{ id: "a", type: "movable", placement: "thisMachine" }])).toBe("machine");
  const withSecret = { id: "a", type: "movable", with: { key: { $secret: "KEY" } } };
  expect(await machineOf([withSecret], ["KEY"])).toBe("machine");
  expect(await machineOf([{ ...withSecret, placement: "any" }], ["KEY"])).toBeUndefined();
});

it("a run that comes from another stays where that one was", async () => {
  bed = await createEngineBed([local]);
  const first = await bed.start({ nodes: [{ id: "a", type: "local" }] });
  await bed.engine.waitForRun(first.runId);
  const second = await bed.engine.rerun({ runId: first.runId, actor: human });
  expect((await bed.storage.getRun(second.runId))?.trigger.machineId).toBe("machine");
});
