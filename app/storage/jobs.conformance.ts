import { expect } from "vitest";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { allStates, codeOf } from "./storage-fixture.conformance.ts";
import { human } from "./test-changes.conformance.ts";

export function jobConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[J1] [X2] a job keeps every field, and mirrors its newest run", async (world) => {
    const change = world.createRunChange(world.newRunId(), {
      jobKind: "digest",
      grants: ["net:https://a.example", "fs:read"],
      accessMode: "preview_only",
    });
    const runId = change.keyScope;
    await world.apply(runId, change);
    const createdAt = world.now();
    await world.apply(runId, world.claimChange());
    const startedAt = world.now();
    const metrics = {
      durationMs: 1_200,
      totalTokens: 30,
      inputTokens: 20,
      outputTokens: 10,
      costUsd: 0.25,
    };
    await world.apply(
      runId,
      world.runChange("running", "failed", {
        reason: "too dear",
        metrics,
        error: { code: "COST_LIMIT", message: "over 1 USD" },
      }),
    );
    expect(await world.storage.getJob(change.jobId)).toEqual({
      jobId: change.jobId,
      traceId: change.traceId,
      workflowRunId: runId,
      jobKind: "digest",
      state: "failed",
      capabilityProfile: ["net:https://a.example", "fs:read"],
      accessMode: "preview_only",
      metrics,
      statusReason: "too dear",
      createdAt,
      startedAt,
      finishedAt: world.now(),
    });
  });

  test("[J1] a job's metrics are never null", async (world) => {
    const { jobId } = await world.requireRun(await world.createRun());
    expect((await world.storage.getJob(jobId))?.metrics).toEqual({
      durationMs: 0,
      totalTokens: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
    });
  });

  test("trap: run and job never disagree, whatever state the run goes to [ST-17]", async (world) => {
    for (const state of allStates) {
      const { jobId, status, statusReason } = await world.requireRun(await world.runIn(state));
      expect(status).toBe(state);
      expect(await world.storage.getJob(jobId)).toMatchObject({ state, statusReason });
    }
  });

  test("trap: two active runs for one job are refused [ST-17]", async (world) => {
    const runId = await world.runIn("stalled");
    const { jobId } = await world.requireRun(runId);
    const job = await world.storage.getJob(jobId);
    const rerun = { jobId, traceId: job?.traceId ?? "", existingJob: true };
    const second = world.newRunId();
    expect(await world.codeOf(second, world.createRunChange(second, rerun))).toBe("CONSTRAINT");

    const outcomes = await world.storage.commit(
      [
        world.group(runId, [world.runChange("stalled", "cancelled", { actor: human })]),
        world.group(second, [
          world.createRunChange(second, {
            ...rerun,
            trigger: { kind: "retry", sourceRunId: runId },
          }),
        ]),
      ],
      world.fence,
    );
    expect(outcomes.map(codeOf)).toEqual(["ok", "ok"]);
    expect(await world.storage.getJob(jobId)).toMatchObject({
      workflowRunId: second,
      state: "queued",
    });
    expect((await world.storage.listRunsOfJob(jobId)).map((run) => run.runId)).toEqual([
      second,
      runId,
    ]);
  });

  test("[ST-17] an old run of a job no longer changes it", async (world) => {
    const first = await world.runIn("failed");
    const { jobId } = await world.requireRun(first);
    const job = await world.storage.getJob(jobId);
    const second = world.newRunId();
    await world.apply(
      second,
      world.createRunChange(second, { jobId, traceId: job?.traceId ?? "", existingJob: true }),
    );
    await world.apply(first, { change: "runAnnotated", actor: human, tags: ["old"] });
    expect(await world.storage.getJob(jobId)).toMatchObject({
      workflowRunId: second,
      state: "queued",
    });
  });

  test("[ST-18] a request key makes one run, however often it is sent", async (world) => {
    const runId = await world.createRun({ trigger: { kind: "manual", requestKey: "key-1" } });
    const second = world.newRunId();
    const change = world.createRunChange(second, {
      trigger: { kind: "manual", requestKey: "key-1" },
    });
    expect(await world.codeOf(second, change)).toBe("CONSTRAINT");
    expect(await world.storage.findRunByRequestKey("key-1")).toBe(runId);
    expect(await world.storage.findRunByRequestKey("key-2")).toBeNull();
  });
}
