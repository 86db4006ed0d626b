import { expect, it } from "vitest";
import { createFakeClock, settle } from "../../src-main/testing/fake-clock.ts";
import type { Change, Group } from "../storage/change.ts";
import type { GroupOutcome, Storage } from "../storage/storage.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { KnownRun } from "./commit-queue.ts";
import { createCommitQueue } from "./commit-queue.ts";

const fence = { instanceId: "11111111-1111-4111-8111-111111111111", epoch: 7 };
const change: Change = { change: "runAnnotated", tags: [], actor: { kind: "human" } };

/** A queue over a storage of which only `commit` is there, answered by the test. */
function queueOver(commit: (groups: readonly Group[]) => readonly GroupOutcome[]) {
  const batches: (readonly Group[])[] = [];
  const events: string[] = [];
  const clock = createFakeClock();
  const storage: Pick<Storage, "commit"> = {
    commit(groups) {
      batches.push(groups);
      return new Promise((resolve) => {
        resolve(commit(groups));
      });
    },
  };
  const queue = createCommitQueue({
    // The queue uses nothing else of it.
    storage: storage as Storage,
    fence,
    clock,
    onPause: (error) => events.push(`pause ${error.code}`),
    onContinue: () => events.push("continue"),
    onFenced: (error) => events.push(`fenced ${error.code}`),
    onBroken: (error) => events.push(`broken ${error.code}`),
  });
  return { queue, batches, events, clock };
}

function accept(groups: readonly Group[]): GroupOutcome[] {
  return groups.map(({ groupId, expect: known }) => ({
    ok: true,
    groupId,
    revision: (known?.revision ?? 0) + 1,
    lastSeq: (known?.lastSeq ?? 0) + 1,
  }));
}

it("all groups of one turn are one batch, and each caller gets its own outcome", async () => {
  const { queue, batches } = queueOver(accept);
  const known: KnownRun = { revision: 4, lastSeq: 9 };
  const outcomes = await Promise.all([
    queue.submit("a", [change], known),
    queue.submit("a", [change], known),
    queue.submit("b", [change], null),
  ]);
  expect(batches.map((batch) => batch.length)).toEqual([3]);
  expect(new Set(outcomes.map((outcome) => outcome.groupId)).size).toBe(3);
  expect(known).toEqual({ revision: 5, lastSeq: 10 });
});

it("a second writer of a run comes in the next batch, with what it knew: its compare-and-set can miss", async () => {
  const { queue, batches } = queueOver(accept);
  await Promise.all([
    queue.submit("a", [change], { revision: 4, lastSeq: 9 }),
    queue.submit("a", [change], { revision: 4, lastSeq: 9 }),
  ]);
  expect(batches.map((batch) => batch.map((group) => group.expect))).toEqual([
    [{ revision: 4, lastSeq: 9 }],
    [{ revision: 4, lastSeq: 9 }],
  ]);
});

it("after a refusal the writer's later groups miss as well", async () => {
  const { queue, batches } = queueOver((groups) =>
    groups.map(({ groupId }) => ({
      ok: false,
      groupId,
      error: new StorageError("CONSTRAINT", "no"),
    })),
  );
  const known: KnownRun = { revision: 4, lastSeq: 9 };
  await queue.submit("a", [change], known);
  await queue.submit("a", [change], known);
  expect(batches[1]?.[0]?.expect?.revision).toBe(-1);
});

it("[D4] while the disk is full the batch is held and sent again; nothing is acknowledged before", async () => {
  let isFull = true;
  const { queue, batches, events, clock } = queueOver((groups) => {
    if (isFull) throw new StorageError("FULL", "database or disk is full");
    return accept(groups);
  });
  let isAnswered = false;
  const first = queue.submit("a", [change], null).then((outcome) => {
    isAnswered = true;
    return outcome;
  });
  await clock.advance(300);
  expect(isAnswered).toBe(false);
  expect(queue.isPaused).toBe(true);
  const second = queue.submit("b", [change], null);
  isFull = false;
  await clock.advance(5_000);
  expect((await first).ok).toBe(true);
  expect((await second).ok).toBe(true);
  expect(events).toEqual(["pause FULL", "continue"]);
  const sent = batches.map((batch) => batch.map((group) => group.groupId));
  expect(new Set(sent.slice(0, -1).flat()).size).toBe(1);
});

it("a fenced engine is told once, and its callers are refused", async () => {
  const { queue, events } = queueOver(() => {
    throw new StorageError("FENCED", "a newer epoch exists");
  });
  const results = await Promise.allSettled([
    queue.submit("a", [change], null),
    queue.submit("b", [change], null),
  ]);
  await settle();
  expect(results.map((result) => result.status)).toEqual(["rejected", "rejected"]);
  expect(events).toEqual(["fenced FENCED"]);
});

it("damaged data is told, and the callers are refused", async () => {
  const { queue, events } = queueOver(() => {
    throw new StorageError("CORRUPT", "a page is not what it was");
  });
  const results = await Promise.allSettled([queue.submit("a", [change], null)]);
  expect(results.map((result) => result.status)).toEqual(["rejected"]);
  expect(events).toEqual(["broken CORRUPT"]);
});
