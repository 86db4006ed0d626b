import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { containing, openRaw, openTestStorage, testFolder } from "./sqlite-fixture.conformance.ts";

test("[D4] a high-water mark that cannot be written fails no commit", async () => {
  let now = 0;
  const highWater = {
    read: () => null,
    write: () => {
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    },
  };
  const world = await World.open(await openTestStorage({ highWater, now: () => now }));
  const runId = await world.workingRun();
  now += 60_000;
  await world.apply(runId, world.completeNodeChange(runId, 1));
  expect(await world.nodeStatusOf(runId)).toBe("completed");
  await expect(world.close()).rejects.toMatchObject({
    code: "FULL",
    message: containing("no space left"),
  });
  await expect(world.storage.getRun(runId)).rejects.toMatchObject({ code: "CLOSED" });
});

test("[D4] the high-water mark tells of committed steps that are gone, until a person accepts it", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  const { folder } = underTest;
  const copy = join(testFolder(), "handshake.db");
  const raw = openRaw(folder);
  raw.prepare("vacuum into ?").run(copy);
  raw.close();
  await world.apply(runId, world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2));
  await world.close();
  // As if the newest part of the write-ahead log had been lost.
  rmSync(join(folder, "handshake.db"));
  writeFileSync(join(folder, "handshake.db"), readFileSync(copy));
  await expect(openTestStorage({ folder })).rejects.toMatchObject({
    code: "DAMAGED",
    details: { missing: 2 },
    message: containing("last 2 steps are missing"),
  });
  const accepted = await openTestStorage({ folder, acceptLoss: true });
  await accepted.close();
  await (await openTestStorage({ folder })).close();
});
