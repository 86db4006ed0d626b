import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { payload } from "../../../app/storage/test-changes.conformance.ts";
import { openTestStorage } from "./sqlite-fixture.conformance.ts";

test("[ST-33] a large payload lies in a file of its own, which goes a week after nothing names it", async () => {
  let now = Date.parse("2026-01-01T00:00:00.000Z");
  const underTest = await openTestStorage({ now: () => now });
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  const large = payload("x".repeat(1_100_000));
  const loose = payload("y".repeat(1_100_000));
  await world.apply(
    runId,
    world.nodeChange(runId, 1, "running", "completed", {
      attempt: { number: 1, status: "completed" },
      output: large,
    }),
  );
  expect(
    await world.codeOf(
      runId,
      world.nodeChange(runId, 1, "running", "completed", {
        attempt: { number: 1, status: "completed" },
        output: loose,
      }),
    ),
  ).toBe("CONFLICT");
  const blobs = join(underTest.folder, "blobs");
  expect(readdirSync(blobs).sort()).toEqual([large.sha256, loose.sha256].sort());
  now = Date.now() + 6.9 * 86_400_000;
  expect(await underTest.storage.collectBlobs()).toBe(0);
  now = Date.now() + 7.1 * 86_400_000;
  expect(await underTest.storage.collectBlobs()).toBe(1);
  expect(readdirSync(blobs)).toEqual([large.sha256]);
  const slot = {
    of: "node",
    nodeExecutionId: world.nodeIdentity(runId, 1).nodeExecutionId,
    slot: "output",
  } as const;
  expect(await world.storage.getPayload(slot)).toEqual(large);
  writeFileSync(join(blobs, large.sha256), "damaged");
  await expect(world.storage.getPayload(slot)).rejects.toMatchObject({ code: "DAMAGED" });
  await world.close();
});
