import { expect, test } from "vitest";
import { StorageError } from "../../app/storage/storage-error.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { startMaintenance } from "./maintenance.ts";

const hour = 3_600_000;

function bed(maintain: (reason: "daily" | "quit") => Promise<void>) {
  const clock = createFakeClock();
  const done: string[] = [];
  const failures: unknown[] = [];
  const maintenance = startMaintenance({
    clock,
    onFailure: (error) => failures.push(error),
    storage: {
      maintain(reason) {
        done.push(reason);
        return maintain(reason);
      },
    },
  });
  return { clock, done, failures, maintenance };
}

test("an owner that lives long looks after its data every hour, and once more at its end", async () => {
  const { clock, done, maintenance } = bed(() => Promise.resolve());
  await clock.advance(hour - 1);
  expect(done).toEqual([]);
  await clock.advance(2 * hour + 1);
  await maintenance.end();
  await clock.advance(2 * hour);
  expect(done).toEqual(["daily", "daily", "daily", "quit"]);
});

test("what fails is told, and tried again: it ends neither the hours nor the end", async () => {
  const full = new StorageError("FULL", "No room.");
  const { clock, done, failures, maintenance } = bed(() => Promise.reject(full));
  await clock.advance(2 * hour);
  await maintenance.end();
  expect([done, failures]).toEqual([
    ["daily", "daily", "quit"],
    [full, full, full],
  ]);
});

test("the end waits for what is under way", async () => {
  const going = Promise.withResolvers<void>();
  const { clock, done, maintenance } = bed((reason) =>
    reason === "daily" ? going.promise : Promise.resolve(),
  );
  await clock.advance(hour);
  const ended = maintenance.end();
  await clock.advance(0);
  expect(done).toEqual(["daily"]);
  going.resolve();
  await ended;
  expect(done).toEqual(["daily", "quit"]);
});
