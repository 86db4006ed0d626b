import { expect, test } from "vitest";
import { codeOf, World } from "../../../app/storage/storage-fixture.conformance.ts";
import { payload } from "../../../app/storage/test-changes.conformance.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { openTestStorage, type SqliteUnderTest } from "./sqlite-fixture.conformance.ts";

/** Fails at the n-th point that is passed while it is armed. */
class Faults {
  passed: string[] = [];
  failAt: number | null = null;

  readonly crashPoint = (name: string): void => {
    if (this.failAt === null) return;
    this.passed.push(name);
    if (this.passed.length === this.failAt) throw new StorageError("IO", `fault at ${name}`);
  };

  async during<T>(
    failAt: number,
    work: () => Promise<T>,
  ): Promise<{ value: T | null; at: string | null }> {
    this.passed = [];
    this.failAt = failAt;
    try {
      return { value: await work(), at: null };
    } catch {
      return { value: null, at: this.passed.at(-1) ?? "nowhere" };
    } finally {
      this.failAt = null;
    }
  }
}

async function openFaulty(): Promise<{ underTest: SqliteUnderTest; world: World; faults: Faults }> {
  const faults = new Faults();
  const underTest = await openTestStorage({ crashPoint: faults.crashPoint });
  return { underTest, world: await World.open(underTest), faults };
}

test("[S8] a fault after each statement of a commit leaves all of the batch or none, and sending it again completes it", async () => {
  const { world, faults } = await openFaulty();
  const points: string[] = [];
  for (let failAt = 1; ; failAt += 1) {
    const [runId, other] = [await world.workingRun(), await world.workingRun()];
    const groups = [
      world.group(
        runId,
        [
          world.nodeChange(runId, 1, "running", "completed", {
            attempt: { number: 1, status: "completed" },
            output: payload(`${failAt}`.padEnd(1_100_000, "x")),
          }),
          world.createNodeChange(runId, 2, { status: "queued" }),
          world.runChange("running", "completed", { output: payload("done") }),
        ],
        await world.expectOf(runId),
      ),
      world.group(other, [world.completeNodeChange(other, 1)], await world.expectOf(other)),
    ];
    const before = [await world.snapshot(runId), await world.snapshot(other)];
    const { value, at } = await faults.during(failAt, () =>
      world.storage.commit(groups, world.fence),
    );
    const after = [await world.snapshot(runId), await world.snapshot(other)];
    if (at === null) {
      expect(value?.map(codeOf)).toEqual(["ok", "ok"]);
      break;
    }
    points.push(at);
    if (at === "commit: committed") expect(after).not.toEqual(before);
    else expect({ at, after }).toEqual({ at, after: before });
    const again = await world.storage.commit(groups, world.fence);
    expect({ at, again: again.map(codeOf) }).toEqual({ at, again: ["ok", "ok"] });
    expect(await world.requireRun(runId)).toMatchObject({ status: "completed", nodesDone: 1 });
    await world.expectSound();
  }
  expect(points.slice(0, 2)).toEqual(["blob: written", "blob: named"]);
  expect(new Set(points.slice(2))).toEqual(
    new Set([
      "commit: begun",
      "commit: run advanced",
      "commit: row written",
      "commit: event written",
      "commit: before commit",
      "commit: committed",
    ]),
  );
  await world.close();
});

test("[S8] [R7] a fault after each statement of recovery leaves every run as it was, and the next try marks them all", async () => {
  const { world, faults } = await openFaulty();
  const points: string[] = [];
  for (let failAt = 1; ; failAt += 1) {
    const runs = [await world.workingRun(), await world.workingRun(), await world.workingRun()];
    const [closing, suspect, plain] = runs;
    if (closing === undefined || suspect === undefined || plain === undefined)
      throw new Error("three runs");
    await world.apply(closing, {
      change: "runClosing",
      actor: world.engine,
      closing: { to: "failed", reason: "limit" },
    });
    await crashTwice(world, suspect, plain);
    const before = await Promise.all(runs.map((runId) => world.snapshot(runId)));
    await world.registerEngine();
    const { at } = await faults.during(failAt, () => world.recover());
    if (at === null) break;
    points.push(at);
    expect({ at, after: await Promise.all(runs.map((runId) => world.snapshot(runId))) }).toEqual({
      at,
      after: before,
    });
    const report = await world.recover();
    expect([report.stalled.length, report.poisoned.length]).toEqual([1, 1]);
    await world.expectSound();
  }
  expect(points).toHaveLength(10);
  await world.close();
});

test("[R2] marking interrupted runs takes the same few statements for 1 run and for 300, and reads no payload", async () => {
  const { world, faults } = await openFaulty();
  const statements: string[][] = [];
  for (const count of [1, 300]) {
    for (let made = 0; made < count; made += 1) await world.workingRun();
    await world.registerEngine();
    const { value } = await faults.during(Infinity, () => world.recover());
    expect(value?.stalled).toHaveLength(count);
    statements.push([...faults.passed]);
  }
  expect(statements[1]).toEqual(statements[0]);
  await world.close();
});

/** Brings `suspect` to two counted crashes and both runs back to work. */
async function crashTwice(world: World, suspect: string, plain: string): Promise<void> {
  await world.crashAndRecover();
  await world.resume(suspect, 2);
  await world.crashAndRecover();
  await world.resume(suspect, 3);
  await world.resume(plain, 2);
}

test("[D4] after an I/O error the connection is opened anew, and the held batch goes through", async () => {
  const { world, faults } = await openFaulty();
  const runId = await world.workingRun();
  const group = world.group(
    runId,
    [world.completeNodeChange(runId, 1)],
    await world.expectOf(runId),
  );
  for (const failAt of [1, 3, 5]) {
    await faults.during(failAt, async () => {
      await expect(world.storage.commit([group], world.fence)).rejects.toMatchObject({
        code: "IO",
      });
    });
  }
  expect((await world.storage.commit([group], world.fence)).map(codeOf)).toEqual(["ok"]);
  expect(await world.nodeStatusOf(runId)).toBe("completed");
  await world.close();
});

test("[ST-01] whatever was acknowledged is on the disk before the acknowledgement", async () => {
  const { world, faults } = await openFaulty();
  const runId = await world.workingRun();
  faults.failAt = 1_000;
  faults.passed = [];
  let acknowledged = false;
  const commit = world
    .apply(runId, world.completeNodeChange(runId, 1))
    .then(() => (acknowledged = true));
  expect(faults.passed.at(-1)).toBe("commit: committed");
  expect(acknowledged).toBe(false);
  await commit;
  faults.failAt = null;
  await world.close();
});
