import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { EngineState } from "../../../app/contract/engine.ts";
import type { Topic } from "../../../app/contract/subscriptions.ts";
import { limits } from "../../../app/contract/limits.ts";
import { createProducer, type Producer } from "./producer.fixture.ts";
import { createLive, type Live, type LiveClient } from "./subscriptions.ts";
import { createViewer } from "./viewer.fixture.ts";

const engineState: EngineState = {
  state: "running",
  startedAt: "2026-11-01T10:00:00.000Z",
  activeRuns: 0,
  appVersion: "0",
  host: "serve",
  pid: 1,
  instanceId: "i",
  forcedEndMs: 30_000,
  recovered: { stalled: 0, poisoned: 0, ended: 0 },
  update: { state: "unavailable", reason: "browser" },
  notices: [],
};
const open: Live[] = [];
afterEach(() => {
  for (const live of open.splice(0)) live.close();
});

function liveOf(producer: Producer): Live {
  const live = createLive({
    engine: producer.engine,
    reads: producer.reads,
    engineDesk: { state: () => engineState, onChange: () => () => undefined },
    now: () => Date.parse("2026-11-01T12:00:00.000Z"),
    onUnknownError: (error) => {
      throw error;
    },
  });
  open.push(live);
  return live;
}

interface Watching {
  readonly client: LiveClient;
  readonly viewer: ReturnType<typeof createViewer>;
}

/** A client that acknowledges at once, unless it is told not to. */
function watch(
  live: Live,
  topic: Topic,
  options: { readonly acknowledges?: () => boolean; readonly lose?: ReadonlySet<number> } = {},
): Watching {
  const { acknowledges = () => true, lose } = options;
  const client: LiveClient = live.connect((bytes) => viewer.receive(bytes));
  const viewer = createViewer({
    onApplied: (rev) => {
      if (acknowledges()) client.acknowledge(1, rev);
    },
    onGap: () => client.subscribe(1, topic),
    ...(lose === undefined ? {} : { lose }),
  });
  client.subscribe(1, topic);
  return { client, viewer };
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`It did not happen: ${what}`);
    await pause(5);
  }
}

const runsTopic = (runIds: readonly string[], states: readonly "completed"[] = []): Topic => ({
  topic: "runs",
  filter: { tab: "all", states: [...states], workflowId: null, workflowName: null, text: "" },
  runIds: [...runIds],
});

describe("[U1] a burst of 100,000 events", () => {
  test("over 50 runs keeps the queue bounded and ends with every run completed", async () => {
    const producer = createProducer({ runs: 50, nodes: 40 });
    const { runIds } = producer;
    const { client, viewer } = watch(liveOf(producer), runsTopic(runIds));
    await until("the snapshot", () => viewer.snapshots === 1);
    let mostPending = 0;
    const began = performance.now();
    for (let sent = 0; sent < 100_000; sent++) {
      producer.step(runIds[sent % runIds.length] ?? "");
      if (sent % 500 === 0) {
        mostPending = Math.max(mostPending, client.pending);
        await pause(0);
      }
    }
    for (const runId of runIds) producer.finish(runId);
    const isDone = (): boolean =>
      [...viewer.rows.values()].every(({ status }) => status === "completed") &&
      viewer.counters?.["completed"] === 50;
    await until("every run is shown completed", isDone);
    expect(viewer.rows).toEqual(new Map(runIds.map((runId) => [runId, producer.row(runId)])));
    expect(mostPending).toBeLessThanOrEqual(50);
    expect(viewer.longestMessage).toBeLessThanOrEqual(limits.pieceBytes + 1_000);
    expect(viewer.mostOps).toBeLessThanOrEqual(limits.batchOps);
    // At most one batch each 50 ms, however much happened.
    expect(viewer.batches).toBeLessThanOrEqual((performance.now() - began) / 50 + 5);
  }, 120_000);

  test("in one run keeps the queue bounded and ends in the right state", async () => {
    const producer = createProducer({ runs: 1, nodes: 2_000 });
    const [runId = ""] = producer.runIds;
    const { client, viewer } = watch(liveOf(producer), { topic: "run", runId });
    await until("the snapshot", () => viewer.snapshots === 1);
    let mostPending = 0;
    for (let sent = 0; sent < 100_000; sent++) {
      producer.step(runId);
      if (sent % 500 === 0) {
        mostPending = Math.max(mostPending, client.pending);
        await pause(0);
      }
    }
    producer.finish(runId);
    await until("the run is shown completed", () => viewer.run?.status === "completed");
    await until("the newest event is there", () => viewer.events.at(-1)?.seq === 100_001);
    expect(viewer.run?.lastSeq).toBe(100_001);
    const total = Object.values(viewer.counts ?? {}).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(2_000);
    // Nodes and events that wait, each of which is remembered once.
    expect(mostPending).toBeLessThanOrEqual(2_000 + 1_000 + 400);
    expect(viewer.longestMessage).toBeLessThanOrEqual(limits.pieceBytes + 1_000);
  }, 120_000);
});

test("[U1] without acknowledgements two batches leave, then changes are merged until there are", async () => {
  const producer = createProducer({ runs: 3, nodes: 5 });
  const [runId = ""] = producer.runIds;
  let acknowledges = false;
  const { client, viewer } = watch(liveOf(producer), runsTopic(producer.runIds), {
    acknowledges: () => acknowledges,
  });
  await until("the snapshot", () => viewer.snapshots === 1);
  producer.step(runId);
  await until("one batch more", () => viewer.batches === 2);
  for (let sent = 0; sent < 1_000; sent++) producer.step(runId);
  producer.finish(runId);
  await pause(300);
  expect(viewer.batches).toBe(2);
  expect(client.pending).toBe(1);
  acknowledges = true;
  client.acknowledge(1, viewer.rev);
  await until("the end is shown", () => viewer.rows.get(runId)?.status === "completed");
  // A thousand changes of one run were one.
  expect(viewer.batches).toBeLessThanOrEqual(4);
});

test("[U1] a lost message is noticed by its revision and repaired by a fresh snapshot", async () => {
  const producer = createProducer({ runs: 4, nodes: 5 });
  const { viewer } = watch(liveOf(producer), runsTopic(producer.runIds), { lose: new Set([2]) });
  await until("the snapshot", () => viewer.snapshots === 1);
  const [first = "", second = ""] = producer.runIds;
  producer.finish(first);
  await until("a message is lost", () => viewer.lost === 1);
  expect(viewer.rows.get(first)?.status).toBe("queued");
  producer.finish(second);
  await until("the gap is repaired", () => viewer.snapshots === 2);
  expect({
    gaps: viewer.gaps,
    rows: [...viewer.rows.values()].map(({ status }) => status),
  }).toEqual({
    gaps: 1,
    rows: ["completed", "completed", "queued", "queued"],
  });
});

test("[U1] off-screen runs give counters only; what arrives in the filter is announced once", async () => {
  const producer = createProducer({ runs: 20, nodes: 5 });
  const [first = "", second = ""] = producer.runIds;
  const { viewer } = watch(liveOf(producer), runsTopic([first]));
  await until("the snapshot", () => viewer.snapshots === 1);
  producer.finish(second);
  await until("the counters", () => viewer.counters?.["completed"] === 1);
  expect([...viewer.rows.keys()]).toEqual([first]);
  const added = producer.addRun();
  producer.step(added);
  await until("the new run", () => viewer.arrived === 1);
  producer.step(added);
  producer.finish(added);
  await until("the counters", () => viewer.counters?.["completed"] === 2);
  expect(viewer.arrived).toBe(1);
});

test("[U1] whatever comes into view meanwhile, a new run is announced", async () => {
  const producer = createProducer({ runs: 3, nodes: 5 });
  const [first = "", second = ""] = producer.runIds;
  const live = liveOf(producer);
  const { client, viewer } = watch(live, runsTopic([first]));
  await until("the snapshot", () => viewer.snapshots === 1);
  expect(viewer.continues).toBe(false);
  // Announced in the same turn in which other rows come into view.
  producer.step(producer.addRun());
  client.subscribe(1, runsTopic([second]));
  await until("the snapshot of the other rows", () => viewer.snapshots === 2);
  expect(viewer.continues).toBe(true);
  expect([...viewer.rows.keys()]).toEqual([second]);
  await until("the new run", () => viewer.arrived === 1);
  client.subscribe(1, runsTopic([], ["completed"]));
  await until("the snapshot of another filter", () => viewer.snapshots === 3);
  expect(viewer.continues).toBe(false);
});

test("[U1] a run that comes into a narrowed list by its state is announced", async () => {
  const producer = createProducer({ runs: 3, nodes: 5 });
  const { viewer } = watch(liveOf(producer), runsTopic([], ["completed"]));
  await until("the snapshot", () => viewer.snapshots === 1);
  producer.step(producer.runIds[0] ?? "");
  await pause(120);
  expect(viewer.arrived).toBe(0);
  producer.finish(producer.runIds[0] ?? "");
  await until("its end", () => viewer.arrived === 1);
});

test("a hidden client hears of counters once a second, and gets a snapshot when it is shown", async () => {
  const producer = createProducer({ runs: 2, nodes: 5 });
  const [first = ""] = producer.runIds;
  const { client, viewer } = watch(liveOf(producer), runsTopic(producer.runIds));
  await until("the snapshot", () => viewer.snapshots === 1);
  client.setHidden(true);
  const began = performance.now();
  producer.finish(first);
  await until("the counters", () => viewer.counters?.["completed"] === 1);
  expect(performance.now() - began).toBeGreaterThan(700);
  expect(viewer.rows.get(first)?.status).toBe("queued");
  client.setHidden(false);
  await until("a snapshot", () => viewer.snapshots === 2);
  expect(viewer.rows.get(first)?.status).toBe("completed");
});

test("subscribing to a run that does not exist ends with NOT_FOUND", async () => {
  const producer = createProducer({ runs: 1, nodes: 1 });
  const runId = "0190f5e0-0000-7000-8000-ffff00000000";
  const { viewer } = watch(liveOf(producer), { topic: "run", runId });
  await until("it ends", () => viewer.ended === "NOT_FOUND");
});

test("a client watches at most sixteen things", async () => {
  const producer = createProducer({ runs: 1, nodes: 1 });
  const sent: string[] = [];
  const client = liveOf(producer).connect((bytes) => sent.push(Buffer.from(bytes).toString()));
  for (let id = 1; id <= limits.subscriptions + 1; id++) client.subscribe(id, { topic: "engine" });
  await until("all are answered", () => sent.length === limits.subscriptions + 1);
  expect(sent.filter((text) => text.includes('"BUSY"'))).toHaveLength(1);
});

test("progress and log lines of a slow client are dropped, not queued", async () => {
  const producer = createProducer({ runs: 1, nodes: 1 });
  const [runId = ""] = producer.runIds;
  const { client, viewer } = watch(
    liveOf(producer),
    { topic: "run", runId },
    { acknowledges: () => false },
  );
  await until("the snapshot", () => viewer.snapshots === 1);
  for (let sent = 0; sent < 50_000; sent++) {
    producer.publish({ kind: "log", runId, nodePath: "n1", level: "info", text: "line" });
    producer.publish({
      kind: "progress",
      runId,
      nodePath: "n1",
      attempt: 1,
      fraction: 0.5,
      message: null,
    });
  }
  expect(client.pending).toBeLessThanOrEqual(201);
});
