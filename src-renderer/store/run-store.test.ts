import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunRow } from "../../app/contract/run-row.ts";
import { failed } from "../api-result.ts";
import { RunFilter } from "../../app/contract/runs.ts";
import type { RunsOp } from "../../app/contract/subscriptions.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import { createEventHistory } from "./event-history.ts";
import { emptyCounters, fakeClient, rowOf, runIdOf, settled } from "./fake-client.fixture.ts";
import { createRunList } from "./run-list.ts";

const now = (callback: () => void): void => callback();

async function listOf(rows: readonly RunRow[]) {
  const client = fakeClient({ "runs.list": () => ({ rows, next: null }) });
  const list = createRunList(client, now);
  list.show(RunFilter.parse({}));
  await settled();
  const topic = client.topics[0];
  if (topic === undefined) throw new Error("The list subscribes.");
  topic.snapshot(1, { counters: emptyCounters, continues: false, rows: [] });
  await settled();
  return { list, topic, client };
}

const row = (op: RunRow): RunsOp => ({ op: "row", row: op, matches: true });

test("the list is asked for after the snapshot, so that no run starts unseen between the two", async () => {
  const stored = [rowOf(1)];
  const client = fakeClient({ "runs.list": () => ({ rows: stored.toReversed(), next: null }) });
  const list = createRunList(client, now);
  list.show(RunFilter.parse({}));
  await settled();
  expect(list.view.get()).toMatchObject({ loading: "first", order: [] });
  // Announcing begins at the snapshot: this one started before, and nobody will tell of it.
  stored.push(rowOf(2));
  client.topics[0]?.snapshot(1, { counters: emptyCounters, continues: false, rows: [] });
  await settled();
  expect(list.view.get()).toMatchObject({ loading: null, order: [2, 1].map(runIdOf) });
});

test("a run that is announced while an older answer is on its way stays in the list", async () => {
  const answer = Promise.withResolvers<unknown>();
  const client = fakeClient({});
  const list = createRunList({ ...client, request: () => answer.promise as never }, now);
  list.show(RunFilter.parse({}));
  const topic = client.topics[0];
  topic?.snapshot(1, { counters: emptyCounters, continues: false, rows: [] });
  topic?.delta(1, 2, [{ op: "arrived", rows: [rowOf(2)], count: 1 }]);
  answer.resolve({ ok: true, value: { rows: [rowOf(1)], next: null } });
  await settled();
  expect(list.view.get()).toMatchObject({ order: [2, 1].map(runIdOf), newCount: 0 });
});

test("other rows in view ask for no new list, a gap or a lost connection do", async () => {
  const { list, topic, client } = await listOf([rowOf(1)]);
  client.answers["runs.list"] = () => ({ rows: [rowOf(2), rowOf(1)], next: null });
  list.setInView([runIdOf(1)]);
  topic.snapshot(2, { counters: emptyCounters, continues: true, rows: [] });
  await settled();
  expect(list.view.get().order).toEqual([runIdOf(1)]);
  topic.delta(5, 6, []);
  topic.snapshot(7, { counters: emptyCounters, continues: true, rows: [] });
  await settled();
  expect(list.view.get().order).toEqual([2, 1].map(runIdOf));
  client.answers["runs.list"] = () => ({ rows: [rowOf(3)], next: null });
  topic.restart();
  topic.snapshot(1, { counters: emptyCounters, continues: false, rows: [] });
  await settled();
  expect(list.view.get().order).toEqual([runIdOf(3)]);
});

test("a list that could not be read is asked for again", async () => {
  const client = fakeClient({});
  const failure = failed("UNAVAILABLE", "not now", true);
  let asked = 0;
  const answers = [failure, { ok: true, value: { rows: [rowOf(1)], next: null } }];
  const list = createRunList(
    // The list asks for nothing else.
    { ...client, request: () => Promise.resolve(answers[asked++]) as never },
    now,
  );
  list.show(RunFilter.parse({}));
  client.topics[0]?.snapshot(1, { counters: emptyCounters, continues: false, rows: [] });
  await settled();
  expect(list.view.get()).toMatchObject({ loading: null, error: failure.error });
  list.retry();
  await settled();
  expect(list.view.get()).toMatchObject({ loading: null, error: null, order: [runIdOf(1)] });
});

test("a delta that builds on the known revision is applied and acknowledged", async () => {
  const { list, topic } = await listOf([rowOf(1, { status: "running", revision: 3 })]);
  topic.delta(1, 2, [row(rowOf(1, { status: "completed", revision: 4 }))]);
  expect(list.get(runIdOf(1))?.row.status).toBe("completed");
  expect(topic.acknowledged).toEqual([1, 2]);
});

test("a delta that is known already changes nothing", async () => {
  const { list, topic } = await listOf([rowOf(1, { status: "completed", revision: 9 })]);
  topic.delta(1, 2, []);
  topic.delta(1, 2, [row(rowOf(1, { status: "failed", revision: 10 }))]);
  expect(list.get(runIdOf(1))?.row.status).toBe("completed");
});

test("a gap asks for a fresh snapshot, what is shown stays, and nothing is applied until it came", async () => {
  const { list, topic } = await listOf([rowOf(1, { status: "running", revision: 3 })]);
  topic.delta(5, 6, [row(rowOf(1, { status: "failed", revision: 7 }))]);
  expect(topic.asked).toBe(2);
  topic.delta(6, 7, [row(rowOf(1, { status: "failed", revision: 8 }))]);
  expect(list.get(runIdOf(1))?.row.status).toBe("running");
  topic.snapshot(7, {
    counters: emptyCounters,
    continues: true,
    rows: [{ row: rowOf(1, { status: "failed", revision: 8 }), matches: true }],
  });
  expect(list.get(runIdOf(1))?.row.status).toBe("failed");
});

test("whatever the order of messages, the row with the greatest revision stays: no terminal state is lost", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([2, 3, 4, 5, 6, 7], { minLength: 6, maxLength: 6 }),
      async (revisions) => {
        const { list, topic } = await listOf([rowOf(1, { status: "queued", revision: 1 })]);
        for (const [index, revision] of revisions.entries()) {
          const status = revision === 7 ? "completed" : "running";
          topic.delta(index + 1, index + 2, [row(rowOf(1, { status, revision }))]);
        }
        expect(list.get(runIdOf(1))?.row).toMatchObject({ status: "completed", revision: 7 });
      },
    ),
  );
});

test("new runs come in at the top, but wait behind the pill while the order is held", async () => {
  const { list, topic } = await listOf([rowOf(1)]);
  topic.delta(1, 2, [{ op: "arrived", rows: [rowOf(2)], count: 1 }]);
  expect(list.view.get().order).toEqual([runIdOf(2), runIdOf(1)]);
  list.hold("pointer", true);
  topic.delta(2, 3, [{ op: "arrived", rows: [rowOf(4), rowOf(3)], count: 2 }]);
  expect(list.view.get()).toMatchObject({ order: [runIdOf(2), runIdOf(1)], newCount: 2 });
  list.showNew();
  expect(list.view.get()).toMatchObject({
    order: [4, 3, 2, 1].map(runIdOf),
    newCount: 0,
  });
});

test("a burst that was too large to send is listed again", async () => {
  const { list, topic, client } = await listOf([rowOf(1)]);
  client.answers["runs.list"] = () => ({ rows: [rowOf(3), rowOf(2), rowOf(1)], next: null });
  topic.delta(1, 2, [{ op: "arrived", rows: [rowOf(3)], count: 2 }]);
  await settled();
  expect(list.view.get().order).toEqual([3, 2, 1].map(runIdOf));
});

test("a row that leaves the filter stays, dimmed", async () => {
  const { list, topic } = await listOf([rowOf(1, { revision: 1 })]);
  topic.delta(1, 2, [{ op: "row", row: rowOf(1, { revision: 2 }), matches: false }]);
  expect(list.get(runIdOf(1))?.matches).toBe(false);
  expect(list.view.get().order).toEqual([runIdOf(1)]);
});

test("events that were left out of a batch are fetched, and none is shown out of order", async () => {
  const client = fakeClient({
    "run.events": ({ after }) => ({ events: events(after + 1, 9), next: null }),
  });
  const history = createEventHistory(client, runIdOf(1));
  history.takeTail(events(1, 3));
  history.take(events(8, 9));
  await settled();
  history.take(events(10, 11));
  expect(history.view.get().events.map((event) => event.seq)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
});

test("a hole inside of what one frame brings, and what comes while it is filled, lose nothing", async () => {
  const client = fakeClient({
    "run.events": ({ after }) => ({ events: events(after + 1, 7), next: null }),
  });
  const history = createEventHistory(client, runIdOf(1));
  history.takeTail(events(1, 2));
  history.take([...events(3, 3), ...events(8, 9)]);
  history.take(events(10, 10));
  await settled();
  history.take(events(11, 11));
  expect(history.view.get().events.map((event) => event.seq)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
});

test("a history that is only followed keeps the newest 20,000 events, and all once a person asks", async () => {
  const client = fakeClient({
    "run.events": ({ after }) => ({ events: events(after + 1, 30_000), next: null }),
  });
  const history = createEventHistory(client, runIdOf(1));
  history.takeTail(events(1, 15_000));
  history.take(events(15_001, 30_000));
  const { events: kept, hasEarlier } = history.view.get();
  expect([kept[0]?.seq, kept.at(-1)?.seq, hasEarlier]).toEqual([10_001, 30_000, true]);
  history.loadEarlier();
  await settled();
  history.take(events(30_001, 30_002));
  expect(history.view.get().events).toHaveLength(30_002);
});

test("the newest decision to end a run counts, also when an older one is loaded after it", async () => {
  const client = fakeClient({
    "run.events": () => ({ events: [closingAt(2, "14:02"), ...events(3, 7)], next: null }),
  });
  const history = createEventHistory(client, runIdOf(1));
  history.takeTail([closingAt(8, "15:02")]);
  history.loadEarlier();
  await settled();
  const { events: loaded, closing } = history.view.get();
  expect(loaded).toHaveLength(7);
  expect(closing).toEqual({ at: "2026-11-23T15:02:00.000Z", seq: 8 });
});

function closingAt(seq: number, time: string): RunEvent {
  const [event] = events(seq, seq);
  if (event === undefined) throw new Error("There is no event.");
  const data = { to: "cancelled" as const, reason: "Cancelled." };
  return { ...event, at: `2026-11-23T${time}:00.000Z`, type: "run.closing", data };
}

function events(from: number, to: number): RunEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    id: `${runIdOf(1)}/${from + index}`,
    runId: runIdOf(1),
    seq: from + index,
    at: "2026-11-23T14:02:00.000Z",
    actor: { kind: "engine" },
    epoch: 1,
    groupId: "g",
    type: "run.annotated",
    data: {},
  }));
}
