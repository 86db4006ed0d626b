import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";

let bed: EngineBed;
afterEach(async () => {
  await bed.close();
});

const approvalFlow = {
  nodes: [
    { id: "ask", type: "approval", with: { question: "Send it?" } },
    { id: "send", type: "transform", with: { value: "sent" } },
  ],
  edges: [{ from: "ask", to: "send", when: "=output.approved" }],
};

it("[J2] a run that waits for an answer is not stalled by a restart, and takes the answer", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start(approvalFlow);
  expect(await bed.engine.waitForRun(runId)).toBe("awaiting_user");
  await bed.crash();
  expect(bed.recovery).toMatchObject({ stalled: [], poisoned: [], ended: [] });
  expect(await bed.status(runId)).toBe("awaiting_user");
  await bed.engine.answer({ runId, node: "ask", answer: { approved: true }, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(bed.calls).toEqual(["send#1"]);
});

it("[C2] an approval's answer is the node's output and is kept over a crash", async () => {
  let hangs = true;
  const slow = handlerType("slow", () => (hangs ? new Promise(() => undefined) : 1));
  bed = await createEngineBed([slow]);
  const { runId } = await bed.start({
    nodes: [approvalFlow.nodes[0] ?? {}, { id: "send", type: "slow" }],
    edges: approvalFlow.edges,
  });
  await bed.engine.waitForRun(runId);
  await bed.engine.answer({ runId, node: "ask", answer: { approved: true }, actor: human });
  await bed.until(() => bed.calls.includes("send#1"));
  await bed.crash();
  hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(await bed.nodeOutput(runId, "ask")).toEqual({ approved: true });
});

it("an answer that does not fit its schema is refused, and the node goes on waiting", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start(approvalFlow);
  await bed.engine.waitForRun(runId);
  await expect(
    bed.engine.answer({ runId, node: "ask", answer: { approved: "perhaps" }, actor: human }),
  ).rejects.toThrow("does not fit");
  await expect(
    bed.engine.answer({ runId, node: "nobody", answer: true, actor: human }),
  ).rejects.toThrow("Waiting: ask");
  expect(await bed.status(runId)).toBe("awaiting_user");
});

it("of two answers at once one counts", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start(approvalFlow);
  await bed.engine.waitForRun(runId);
  const answers = await Promise.allSettled([
    bed.engine.answer({ runId, node: "ask", answer: { approved: true }, actor: human }),
    bed.engine.answer({ runId, node: "ask", answer: { approved: false }, actor: human }),
  ]);
  expect(answers.map((answer) => answer.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  await bed.until(async () => (await bed.status(runId)) === "completed");
});

it("an answer given while the run is stalled is stored, and the run stays stalled", async () => {
  const slow = handlerType("slow", () => new Promise(() => undefined));
  bed = await createEngineBed([slow]);
  const { runId } = await bed.start({
    nodes: [...approvalFlow.nodes, { id: "slow", type: "slow" }],
    edges: approvalFlow.edges,
  });
  await bed.until(() => bed.calls.includes("slow#1"));
  await bed.until(async () => (await bed.node(runId, "ask")).status === "awaiting_user");
  await bed.crash();
  await bed.engine.answer({ runId, node: "ask", answer: { approved: true }, actor: human });
  expect(await bed.node(runId, "ask")).toMatchObject({ status: "completed", lastActor: human });
  expect(await bed.status(runId)).toBe("stalled");
});

it("[C2] a sensitive node asks before each attempt, bound to the attempt and its input", async () => {
  let fails = true;
  const risky = handlerType("risky", () => {
    if (fails) throw new Error("not yet");
    return "done";
  });
  bed = await createEngineBed([risky]);
  const retry = { maxAttempts: 3, initialDelayMs: 0 };
  const { runId } = await bed.start({
    nodes: [{ id: "r", type: "risky", sensitive: true, retry }],
  });
  expect(await bed.engine.waitForRun(runId)).toBe("awaiting_user");
  expect(bed.calls).toEqual([]);
  const { question, inputRef } = await bed.node(runId, "r");
  expect(question).toMatchObject({ kind: "confirmation", inputSha256: inputRef?.sha256 });
  await bed.engine.answer({ runId, node: "r", answer: { confirmed: true }, actor: human });
  await bed.until(() => bed.calls.length === 1);
  await bed.clock.advance(1);
  await bed.until(async () => (await bed.status(runId)) === "awaiting_user");
  expect(bed.calls).toEqual(["r#1"]);
  fails = false;
  await bed.engine.answer({ runId, node: "r", answer: { confirmed: true }, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  const given = (await bed.events(runId)).flatMap((event) =>
    event.type === "confirmation.given" ? [event.data] : [],
  );
  expect(given.map(({ attempt, inputSha256 }) => [attempt, inputSha256])).toEqual([
    [1, inputRef?.sha256],
    [2, inputRef?.sha256],
  ]);
});

it("[C2] after a crash in a confirmed attempt the next attempt asks again, unless consent is kept", async () => {
  let hangs = true;
  const risky = handlerType("risky", () => (hangs ? new Promise(() => undefined) : "done"));
  bed = await createEngineBed([risky]);
  const { runId } = await bed.start({
    nodes: [
      { id: "asks", type: "risky", sensitive: true },
      { id: "keeps", type: "risky", sensitive: true, consent: "keep" },
    ],
  });
  await bed.engine.waitForRun(runId);
  for (const node of ["asks", "keeps"]) {
    await bed.engine.answer({ runId, node, answer: { confirmed: true }, actor: human });
  }
  await bed.until(() => bed.calls.length === 2);
  await bed.crash();
  hangs = false;
  await bed.engine.resumeRun({ runId, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "awaiting_user");
  expect(await bed.node(runId, "keeps")).toMatchObject({ status: "completed", attemptNumber: 2 });
  expect(await bed.node(runId, "asks")).toMatchObject({
    status: "awaiting_user",
    attemptNumber: 1,
  });
});

it("[C2] a refused confirmation fails the node without an attempt", async () => {
  const risky = handlerType("risky", () => 1);
  bed = await createEngineBed([risky]);
  const { runId } = await bed.start({ nodes: [{ id: "r", type: "risky", sensitive: true }] });
  await bed.engine.waitForRun(runId);
  await bed.engine.answer({ runId, node: "r", answer: { confirmed: false }, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect(await bed.node(runId, "r")).toMatchObject({
    attemptNumber: 0,
    error: { code: "REJECTED" },
  });
  expect(bed.calls).toEqual([]);
});

it("[J2] a reviewed output waits for validation over a restart; accepted, the run goes on with it", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [
      { id: "draft", type: "transform", with: { value: "text" }, review: true },
      { id: "use", type: "transform", with: { value: "=nodes.draft.output" } },
    ],
    edges: [{ from: "draft", to: "use" }],
    output: "=nodes.use.output",
  });
  expect(await bed.engine.waitForRun(runId)).toBe("awaiting_validation");
  await bed.crash();
  expect(await bed.status(runId)).toBe("awaiting_validation");
  await bed.engine.answer({ runId, node: "draft", answer: { accepted: true }, actor: human });
  await bed.until(async () => (await bed.status(runId)) === "completed");
  expect(await bed.output(runId)).toBe("text");
  expect(bed.calls).toEqual(["draft#1", "use#1"]);
});

it("a rejected output fails its node", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({
    nodes: [{ id: "draft", type: "transform", with: { value: "text" }, review: true }],
  });
  await bed.engine.waitForRun(runId);
  await bed.engine.answer({
    runId,
    node: "draft",
    answer: { accepted: false, reason: "too short" },
    actor: human,
  });
  await bed.until(async () => (await bed.status(runId)) === "failed");
  expect((await bed.storage.getRun(runId))?.error?.message).toContain("too short");
});

it("[J1] preview_only makes what nodes with effects did wait for a person", async () => {
  const writes = handlerType("writes", () => "written", { families: ["fs.write"] });
  bed = await createEngineBed([writes]);
  const { runId } = await bed.start(
    { nodes: [{ id: "w", type: "writes" }] },
    { accessMode: "preview_only" },
  );
  expect(await bed.engine.waitForRun(runId)).toBe("awaiting_validation");
});
