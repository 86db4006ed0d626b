import { expect, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { openRaw, openTestStorage } from "./sqlite-fixture.conformance.ts";

test("[S9] a row changed from outside is obeyed: the owner's next compare-and-set misses", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  const known = await world.expectOf(runId);
  const raw = openRaw(underTest.folder);
  raw
    .prepare(
      `update workflow_run set closing = '{"to":"cancelled","reason":"by hand"}' where run_id = ?`,
    )
    .run(runId);
  const owned = await world.storage.heartbeatWorkflow(world.fence, world.now());
  expect(owned).toEqual([{ runId, status: "running", revision: known.revision + 1 }]);
  expect(await world.try(runId, [world.completeNodeChange(runId, 1)], known)).toMatchObject({
    ok: false,
    error: { code: "CONFLICT" },
  });
  expect(await world.requireRun(runId)).toMatchObject({
    closing: { to: "cancelled", reason: "by hand" },
  });
  await world.close();
});

test("[S9] a status set from outside by a legal change reaches job, counts and revision", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.createRun();
  const before = await world.requireRun(runId);
  openRaw(underTest.folder)
    .prepare(
      "update workflow_run set status = 'cancelled', actor_kind = 'human', finished_at = ? where run_id = ?",
    )
    .run(world.now(), runId);
  expect(await world.requireRun(runId)).toMatchObject({
    status: "cancelled",
    revision: before.revision + 1,
  });
  expect(await world.storage.getJob(before.jobId)).toMatchObject({ state: "cancelled" });
  expect(await world.storage.countRunsByState()).toMatchObject({ queued: 0, cancelled: 1 });
  expect(await world.try(runId, [world.claimChange()], before)).toMatchObject({
    ok: false,
    error: { code: "CONFLICT" },
  });
  // History does not know of it, and `verify` says so.
  expect(await world.storage.verify({ quick: false })).toContainEqual({
    where: "run, status",
    message: 'is "cancelled", history says "queued"',
    runId,
  });
  await world.close();
});
