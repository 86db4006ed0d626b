import { expect, onTestFinished, test } from "vitest";
import type { IntegrityProblem } from "../../../app/storage/storage.ts";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { payload } from "../../../app/storage/test-changes.conformance.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { openPostgresConnection } from "./postgres-connection.ts";
import { onPostgres, openTestStorage } from "./postgres-fixture.conformance.ts";
import { verifyPostgres } from "./postgres-verify.ts";

await onPostgres((server) => {
  test("[F1] a row, a payload, an event, a count or a job that was tampered with is named, and only its run", async () => {
    // Sabotaged tables are no other test's.
    const underTest = await openTestStorage(server, { url: server.freshUrl() });
    onTestFinished(() => underTest.close());
    const { url, storage } = underTest;
    const world = await World.open(underTest);
    // One before and one after: they are read together.
    await world.workingRun();
    const runId = await world.workingRun();
    const large = payload("x".repeat(1_500_000));
    await world.apply(
      runId,
      world.completeNodeChange(runId, 1),
      world.createNodeChange(runId, 2, { input: large }),
    );
    await world.workingRun();
    const { jobId } = await world.requireRun(runId);
    const ofRun = `run_id = '${runId}'`;
    const tampered: readonly (readonly [sql: string, where: string])[] = [
      [
        `update node_execution set status_reason = 'nicer' where ${ofRun} and sequence = 1`,
        "node execution 1, statusReason",
      ],
      [
        `update node_execution set attempt_metrics = '[]' where ${ofRun} and sequence = 1`,
        "history",
      ],
      [
        `update node_execution set taken_edges = '[7]' where ${ofRun} and sequence = 2`,
        "node execution 2, takenEdges",
      ],
      [
        `update node_execution set output_text = reverse(output_text) where ${ofRun} and sequence = 1`,
        "output of node step-1",
      ],
      [`update run_payload set text = reverse(text) where ${ofRun}`, "input of the run"],
      [`update run_payload set bytes = 1 where ${ofRun}`, "input of the run"],
      [`delete from payload_chunk where sha256 = '${large.sha256}'`, "input of node step-2"],
      [
        `update payload_chunk set data = 'y' where sha256 = '${large.sha256}' and part = 0`,
        "input of node step-2",
      ],
      [`update workflow_run set crash_count = 2 where ${ofRun}`, "run, crashCount"],
      [`update workflow_run set last_seq = 77 where ${ofRun}`, "run, lastSeq"],
      [`update run_event set at = '2027-01-01' where ${ofRun} and seq = 2`, "event 2"],
      [`update run_event set actor_id = 'somebody' where ${ofRun} and seq = 2`, "event 2"],
      [`delete from run_event where ${ofRun} and seq = 2`, "event 3"],
      [`delete from run_event where ${ofRun}`, "history"],
      [`update job set state = 'failed' where job_id = '${jobId}'`, `job ${jobId}`],
      [`update job set job_kind = 'another' where job_id = '${jobId}'`, "job, jobKind"],
      [
        `insert into sub_step (run_id, sequence, name, n, attempt, status, recorded_at)
          values ('${runId}', 1, 's', 1, 1, 'intended', now())`,
        "sub-step",
      ],
    ];
    expect(await storage.verify({ quick: false })).toEqual([]);
    const connection = openPostgresConnection({
      address: parseDatabaseAddress(url),
      maxWriters: 1,
      maxReaders: 1,
      timeoutMs: 30_000,
      inspect: async () => undefined,
    });
    onTestFinished(() => connection.close());
    for (const [sql, where] of tampered) {
      let problems: readonly IntegrityProblem[] = [];
      const undo = new Error("undo");
      const tampering = connection.write("tampering", async ({ query, run }) => {
        // Triggers and keys are for those who mean well.
        await run("set local session_replication_role = replica");
        await run(sql);
        problems = await verifyPostgres(query, { quick: false });
        throw undo;
      });
      await expect(tampering).rejects.toBe(undo);
      const places = problems.map((problem) => problem.where);
      expect({ sql, places }).toEqual({ sql, places: expect.arrayContaining([where]) as unknown });
      expect({ sql, runs: [...new Set(problems.map((problem) => problem.runId))] }).toEqual({
        sql,
        runs: [runId],
      });
    }
  });
});
