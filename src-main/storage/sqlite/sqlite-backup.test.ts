import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { payload } from "../../../app/storage/test-changes.conformance.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { openTestStorage } from "./sqlite-fixture.conformance.ts";

const day = 86_400_000;

test("a backup holds everything, large payloads too, and opens as data of its own", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  const output = payload("x".repeat(1_100_000));
  await world.apply(
    runId,
    world.nodeChange(runId, 1, "running", "completed", {
      attempt: { number: 1, status: "completed" },
      output,
    }),
  );
  const folder = await underTest.storage.backUp("test");
  await world.apply(runId, world.createNodeChange(runId, 2));
  const copy = await openTestStorage({ folder });
  const { nodeExecutionId } = world.nodeIdentity(runId, 1);
  expect(await copy.storage.getPayload({ of: "node", nodeExecutionId, slot: "output" })).toEqual(
    output,
  );
  expect(await copy.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 9 })).toHaveLength(
    1,
  );
  expect(await copy.storage.verify({ quick: false })).toEqual([]);
  await copy.close();
  await world.close();
});

test("the daily backup is made once a day, and five are kept", async () => {
  let now = Date.parse("2026-01-01T00:00:00.000Z");
  const { storage, folder } = await openTestStorage({ now: () => now });
  for (let days = 0; days < 8; days += 1) {
    await storage.maintain("daily");
    now += day - 1;
    await storage.maintain("daily");
    now += 1;
  }
  expect(storage.listBackups().map(({ at }) => new Date(at).toISOString().slice(8, 10))).toEqual([
    "08",
    "07",
    "06",
    "05",
    "04",
  ]);
  expect(readdirSync(join(folder, "backups"))).toHaveLength(5);
  await storage.close();
});

test("after the clock was set back, days are counted from the newest backup before now", async () => {
  let now = Date.parse("2030-01-01T00:00:00.000Z");
  const { storage } = await openTestStorage({ now: () => now });
  await storage.maintain("daily");
  now = Date.parse("2026-01-01T00:00:00.000Z");
  for (const waited of [0, 1, day - 1]) {
    now += waited;
    await storage.maintain("daily");
  }
  expect(storage.listBackups().map(({ at }) => new Date(at).getUTCFullYear())).toEqual([
    2030, 2026, 2026,
  ]);
  await storage.close();
});

test("old results go with the daily backup, even when there is no room for it", async () => {
  let isFull = true;
  const crashPoint = (name: string): void => {
    if (isFull && name === "backup: copied") throw new StorageError("FULL", "No room.");
  };
  const now = Date.now() + 8 * day;
  const { storage, folder } = await openTestStorage({ crashPoint, now: () => now });
  const blobs = join(folder, "blobs");
  mkdirSync(blobs);
  writeFileSync(join(blobs, "unnamed"), "");
  await expect(storage.maintain("quit")).rejects.toMatchObject({ code: "FULL" });
  expect(readdirSync(blobs)).toEqual([]);
  isFull = false;
  await storage.maintain("quit");
  expect(storage.listBackups()).toMatchObject([{ reason: "quit" }]);
  await storage.close();
});

test("a backup that fails at any point leaves no half copy, and the one before stays", async () => {
  let failAt: string | null = null;
  const crashPoint = (name: string): void => {
    if (name === failAt) throw new StorageError("FULL", `fault at ${name}`);
  };
  let now = Date.parse("2026-01-01T00:00:00.000Z");
  const { storage, folder } = await openTestStorage({ crashPoint, now: () => now });
  await storage.backUp("first");
  for (failAt of ["backup: copied", "backup: verified"]) {
    now += 1_000;
    await expect(storage.backUp("second")).rejects.toMatchObject({ code: "FULL" });
    expect(readdirSync(join(folder, "backups"))).toHaveLength(1);
  }
  failAt = null;
  // What a killed process leaves behind is cleared away.
  mkdirSync(join(folder, "backups", "2026-01-01T00-00-00.000Z_schema-1_killed.999999999.tmp"));
  now += 1_000;
  await storage.backUp("third");
  expect(storage.listBackups().map(({ reason }) => reason)).toEqual(["third", "first"]);
  expect(readdirSync(join(folder, "backups"))).toHaveLength(2);
  await storage.close();
});
