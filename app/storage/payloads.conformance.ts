import { expect } from "vitest";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { codeOf, endedAttempt } from "./storage-fixture.conformance.ts";
import { human, payload, payloadOfText } from "./test-changes.conformance.ts";

export function payloadConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("workflow_node_execution_persists_inputs_and_outputs", async (world) => {
    const runId = await world.runningRun();
    const input = payload({ url: "https://news.example", umlaut: "Grüße, 世界 🌍", nothing: null });
    const output = payload({ items: [1, 2.5, "three"], text: "line\nline" });
    await world.apply(runId, world.createNodeChange(runId, 1, { input }));
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: { number: 1, status: "completed" },
        output,
      }),
    );
    await world.restart();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "input" })).toEqual(
      input,
    );
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" })).toEqual(
      output,
    );
    expect(await world.storage.getNodeExecution(nodeExecutionId)).toMatchObject({
      status: "completed",
      inputRef: { sha256: input.sha256, bytes: input.bytes },
      outputRef: { sha256: output.sha256, bytes: output.bytes },
    });
  });

  test("[S7] an undefined output is stored as null, an empty text as an empty text, and none as none", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    expect(
      await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" }),
    ).toBeNull();
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: endedAttempt("completed"),
        output: payload(null),
      }),
    );
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" })).toEqual(
      payload(null),
    );
    expect(await world.storage.getPayload({ of: "run", runId, slot: "input" })).toEqual(
      payload({ name: "world" }),
    );
    expect(await world.storage.getPayload({ of: "run", runId, slot: "output" })).toBeNull();
    expect(
      await world.storage.getPayload({ of: "run", runId: world.newRunId(), slot: "input" }),
    ).toBeNull();
  });

  test("[S7] a run's output is kept as it was given", async (world) => {
    const runId = await world.runningRun();
    const output = payloadOfText('{"b":1,  "a":[]}');
    await world.apply(runId, world.runChange("running", "completed", { output }));
    await world.restart();
    expect(await world.storage.getPayload({ of: "run", runId, slot: "output" })).toEqual(output);
    expect((await world.requireRun(runId)).outputRef).toEqual({
      sha256: output.sha256,
      bytes: output.bytes,
    });
  });

  test("[ST-33] a payload above 1 MB is kept like any other", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const large = payload("x".repeat(1_100_000));
    const input = payload(["y".repeat(1_100_000)]);
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: endedAttempt("completed"),
        output: large,
      }),
      world.createNodeChange(runId, 2, { input }),
      {
        change: "stepRecorded",
        actor: world.engine,
        nodeExecutionId: world.nodeIdentity(runId, 2).nodeExecutionId,
        attempt: 1,
        name: "s",
        n: 1,
        output: large,
      },
    );
    await world.restart();
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" })).toEqual(
      large,
    );
    expect(
      await world.storage.getPayload({
        of: "step",
        nodeExecutionId: world.nodeIdentity(runId, 2).nodeExecutionId,
        name: "s",
        n: 1,
      }),
    ).toEqual(large);
    await world.expectSound();
  });

  test("[ST-33] a payload above 100 MB is refused with its group", async (world) => {
    const [runId, other] = [await world.workingRun(), await world.workingRun()];
    // The length alone decides, so that the test needs no 100 MB.
    const huge = { ...payload("x"), bytes: 104_857_601 };
    const change = world.nodeChange(runId, 1, "running", "completed", {
      attempt: endedAttempt("completed"),
      output: huge,
    });
    const outcomes = await world.storage.commit(
      [
        world.group(runId, [change]),
        world.group(other, [world.completeNodeChange(other, 1)]),
        world.group(runId, [world.createNodeChange(runId, 2)]),
      ],
      world.fence,
    );
    expect(outcomes.map(codeOf)).toEqual(["TOO_LARGE", "ok", "CONFLICT"]);
    expect(await world.nodeStatusOf(runId)).toBe("running");
    await world.apply(runId, world.completeNodeChange(runId, 1));
  });

  test("[ST-15] trap: a recorded output is never overwritten or thrown away", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const output = payload({ first: true });
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "awaiting_validation", {
        attempt: endedAttempt("completed"),
        output,
      }),
    );
    const other = world.nodeChange(runId, 1, "awaiting_validation", "completed", {
      actor: human,
      output: payload({ second: true }),
    });
    expect(await world.codeOf(runId, other)).toBe("CONSTRAINT");
    await world.crashAndRecover();
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" })).toEqual(
      output,
    );
    await world.expectSound();
  });

  test("[ST-24] a node can take over another run's saved output, and only what is there", async (world) => {
    const source = await world.workingRun();
    const output = payload({ paid: true });
    await world.apply(
      source,
      world.nodeChange(source, 1, "running", "completed", {
        attempt: endedAttempt("completed"),
        output,
      }),
    );
    const runId = await world.runningRun();
    const outputRef = { sha256: output.sha256, bytes: output.bytes };
    const reuse = { nodeExecutionId: world.nodeIdentity(source, 1).nodeExecutionId, outputRef };
    await world.apply(runId, world.createNodeChange(runId, 1, { status: "completed", reuse }));
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" })).toEqual(
      output,
    );
    expect(await world.storage.getNodeExecution(nodeExecutionId)).toMatchObject({
      status: "completed",
      outputRef,
      attemptNumber: 0,
    });
    const wrong = { ...reuse, outputRef: { ...outputRef, sha256: "0".repeat(64) } };
    expect(
      await world.codeOf(
        runId,
        world.createNodeChange(runId, 2, { status: "completed", reuse: wrong }),
      ),
    ).toBe("CONSTRAINT");
    await world.expectSound();
  });

  test("[ST-23] a sub-step is recorded once and kept over attempts", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const step = {
      actor: world.engine,
      nodeExecutionId,
      attempt: 1,
      name: "ask model",
      n: 1,
    } as const;
    await world.apply(runId, { change: "stepIntended", ...step });
    expect(await world.storage.listSubSteps(nodeExecutionId)).toMatchObject([
      { name: "ask model", n: 1, status: "intended", outputRef: null },
    ]);
    await world.apply(runId, { change: "stepIntended", ...step, attempt: 2 });
    const output = payload({ tokens: 12 });
    await world.apply(
      runId,
      { change: "stepRecorded", ...step, attempt: 2, output },
      { change: "stepRecorded", ...step, n: 2, output },
    );
    expect(
      await world.codeOf(runId, { change: "stepRecorded", ...step, output: payload("again") }),
    ).toBe("CONSTRAINT");
    expect(await world.codeOf(runId, { change: "stepIntended", ...step })).toBe("CONSTRAINT");
    await world.crashAndRecover();
    await world.resume(runId, 2);
    expect(await world.storage.listSubSteps(nodeExecutionId)).toMatchObject([
      { name: "ask model", n: 1, attempt: 2, status: "recorded" },
      { name: "ask model", n: 2, status: "recorded" },
    ]);
    expect(
      await world.storage.getPayload({ of: "step", nodeExecutionId, name: "ask model", n: 1 }),
    ).toEqual(output);
    await world.expectSound();
  });
}
