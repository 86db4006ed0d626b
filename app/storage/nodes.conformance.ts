import { expect } from "vitest";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { human, payload } from "./test-changes.conformance.ts";

export function nodeConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[ST-16] an attempt's number rises by one, and the ones before are kept", async (world) => {
    const runId = await world.workingRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const begun = world.now();
    const error = { code: "HTTP_503", message: "busy", retryable: true };
    const metrics = {
      durationMs: 12,
      totalTokens: 3,
      inputTokens: 1,
      outputTokens: 2,
      costUsd: 0.5,
    };
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "queued", {
        attempt: { number: 1, status: "failed", error, metrics },
        error,
        notBefore: "2026-01-01T00:10:00.000Z",
        reason: "retry",
      }),
    );
    const ended = world.now();
    expect(await world.storage.getNodeExecution(nodeExecutionId)).toMatchObject({
      status: "queued",
      error,
      notBefore: "2026-01-01T00:10:00.000Z",
      statusReason: "retry",
      attemptNumber: 1,
      attemptStatus: "failed",
    });
    const claim = (number: number) =>
      world.nodeChange(runId, 1, "queued", "running", { attempt: { number, status: "running" } });
    expect(await world.codeOf(runId, claim(1))).toBe("CONFLICT");
    expect(await world.codeOf(runId, claim(3))).toBe("CONFLICT");
    await world.apply(runId, claim(2));
    const again = world.now();
    expect(await world.storage.listAttempts(nodeExecutionId)).toEqual([
      {
        nodeExecutionId,
        number: 1,
        status: "failed",
        error,
        metrics,
        startedAt: begun,
        finishedAt: ended,
      },
      {
        nodeExecutionId,
        number: 2,
        status: "running",
        error: null,
        startedAt: again,
        finishedAt: null,
        metrics: { durationMs: 0, totalTokens: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
      },
    ]);
    await world.expectSound();
  });

  test("[ST-16] a node is running while it has an open attempt, and only then", async (world) => {
    const runId = await world.workingRun();
    const attempt = { number: 1, status: "running" } as const;
    const codes = [
      await world.codeOf(runId, world.nodeChange(runId, 1, "running", "completed")),
      await world.codeOf(runId, world.nodeChange(runId, 1, "running", "completed", { attempt })),
      await world.codeOf(
        runId,
        world.nodeChange(runId, 1, "running", "completed", {
          attempt: { number: 2, status: "completed" },
        }),
      ),
      await world.codeOf(runId, world.createNodeChange(runId, 2, { status: "queued", attempt })),
      await world.codeOf(runId, {
        ...world.createNodeChange(runId, 2),
        attempt: { number: 2, status: "running" },
      }),
    ];
    expect(codes).toEqual(["CONSTRAINT", "CONSTRAINT", "CONFLICT", "CONSTRAINT", "CONSTRAINT"]);
    expect(await world.nodeStatusOf(runId)).toBe("running");
  });

  test("[ST-14] trap: no error is kept after a later success", async (world) => {
    const runId = await world.workingRun();
    const error = { code: "HTTP_503", message: "busy" };
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "queued", {
        attempt: { number: 1, status: "failed", error },
        error,
      }),
      world.nodeChange(runId, 1, "queued", "running", {
        attempt: { number: 2, status: "running" },
      }),
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: { number: 2, status: "completed" },
        output: payload(1),
      }),
    );
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    expect(await world.storage.getNodeExecution(nodeExecutionId)).toMatchObject({
      status: "completed",
      error: null,
      notBefore: null,
    });
    expect(
      await world.codeOf(runId, world.createNodeChange(runId, 2, { status: "completed", error })),
    ).toBe("CONSTRAINT");
  });

  test("[ST-14] a question and its answer are kept; the question goes with the next change", async (world) => {
    const runId = await world.runningRun();
    const { nodeExecutionId } = world.nodeIdentity(runId, 1);
    const question = {
      kind: "approval",
      text: "Send it?",
      answerSchema: { type: "boolean" },
      expiresAt: "2026-01-02T00:00:00.000Z",
    } as const;
    await world.apply(
      runId,
      world.createNodeChange(runId, 1, { status: "queued", nodeType: "approval" }),
    );
    await world.apply(runId, world.nodeChange(runId, 1, "queued", "awaiting_user", { question }));
    expect(await world.storage.getNodeExecution(nodeExecutionId)).toMatchObject({
      status: "awaiting_user",
      question,
    });
    const answer = payload(true);
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "awaiting_user", "completed", {
        actor: human,
        answer,
        output: answer,
        takenEdges: [0, 2],
      }),
    );
    expect(await world.storage.getNodeExecution(nodeExecutionId)).toMatchObject({
      status: "completed",
      question: null,
      takenEdges: [0, 2],
      answerRef: { sha256: answer.sha256, bytes: answer.bytes },
      lastActor: human,
    });
    expect(await world.storage.getPayload({ of: "node", nodeExecutionId, slot: "answer" })).toEqual(
      answer,
    );
    await world.expectSound();
  });

  test("trap: two nodes with one sequence, or one path and iteration, are refused", async (world) => {
    const runId = await world.workingRun();
    expect(await world.codeOf(runId, world.createNodeChange(runId, 1, { nodePath: "other" }))).toBe(
      "CONSTRAINT",
    );
    expect(
      await world.codeOf(runId, world.createNodeChange(runId, 2, { nodePath: "step-1" })),
    ).toBe("CONSTRAINT");
    await world.apply(
      runId,
      world.createNodeChange(runId, 2, { nodePath: "step-1", iterationPath: "1" }),
    );
    await world.apply(
      runId,
      world.createNodeChange(runId, 3, { nodePath: "step-1", iterationPath: "1/2" }),
    );
    await world.expectSound();
  });

  test("[ST-35] a run's metrics are the sum over all attempts of all its nodes", async (world) => {
    const runId = await world.workingRun();
    const metrics = {
      durationMs: 10,
      totalTokens: 7,
      inputTokens: 4,
      outputTokens: 3,
      costUsd: 0.5,
    };
    await world.apply(
      runId,
      world.nodeChange(runId, 1, "running", "queued", {
        attempt: { number: 1, status: "failed", metrics },
      }),
      world.nodeChange(runId, 1, "queued", "running", {
        attempt: { number: 2, status: "running" },
      }),
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: { number: 2, status: "completed", metrics },
        output: payload(1),
      }),
      world.createNodeChange(runId, 2),
    );
    expect(await world.storage.getRunMetrics(runId)).toEqual({
      durationMs: 20,
      totalTokens: 14,
      inputTokens: 8,
      outputTokens: 6,
      costUsd: 1,
    });
    expect(await world.storage.getRunMetrics(world.newRunId())).toMatchObject({
      durationMs: 0,
      costUsd: 0,
    });
  });
}
