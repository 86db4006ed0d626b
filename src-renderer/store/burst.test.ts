import { setImmediate as turn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import type { CoreMessage } from "../../app/contract/envelope.ts";
import { limits } from "../../app/contract/limits.ts";
import { RunFilter } from "../../app/contract/runs.ts";
import { createProducer, type Producer } from "../../src-main/core/live/producer.fixture.ts";
import { createLive, type Live } from "../../src-main/core/live/subscriptions.ts";
import { createApiClient, type ApiClient } from "../link/api-client.ts";
import { openRun, type OpenRun } from "./open-run.ts";
import { createRunList } from "./run-list.ts";

// The real subscriptions and the real store with nothing in between but JSON, and frames that a test draws.

const events = 100_000;
const open: Live[] = [];
afterEach(() => {
  for (const live of open.splice(0)) live.close();
});

interface Screen {
  readonly client: ApiClient;
  readonly schedule: (callback: () => void) => void;
  /** Draws one frame. */
  frame(): void;
  /** The most batches that came in between two frames. */
  readonly mostWaiting: () => number;
  /** Snapshots that were sent. */
  readonly snapshots: () => number;
}

/** `lose`: every so many messages one does not arrive. */
function screenOf(producer: Producer, lose: number): Screen {
  let callbacks: (() => void)[] = [];
  let waiting = 0;
  let mostWaiting = 0;
  let snapshots = 0;
  let messages = 0;
  const live = createLive({
    engine: producer.engine,
    reads: producer.reads,
    engineDesk: { state: () => unused(), onChange: () => () => undefined },
    now: () => Date.parse("2026-11-01T12:00:00.000Z"),
    onUnknownError: (error) => {
      throw error;
    },
  });
  open.push(live);
  const client = createApiClient((link) => {
    const deliver = (text: string): void => {
      // It is what the core sends.
      const message = JSON.parse(text) as CoreMessage;
      if (message.kind === "snapshot") snapshots += 1;
      if (message.kind === "delta") {
        messages += 1;
        if (messages % lose === 0) return;
        waiting += 1;
        mostWaiting = Math.max(mostWaiting, waiting);
      }
      link.onMessage(message);
    };
    const core = live.connect((bytes) => deliver(Buffer.from(bytes).toString("utf8")));
    queueMicrotask(() => link.onUp({ instanceId: "i", appVersion: "0" }));
    return {
      restartEngine: null,
      exportData: null,
      revealData: null,
      copyData: null,
      send(message) {
        if (message.kind === "subscribe") core.subscribe(message.id, message.topic);
        if (message.kind === "unsubscribe") core.unsubscribe(message.id);
        if (message.kind === "ack") core.acknowledge(message.id, message.rev);
        if (message.kind === "request") {
          void answer(producer, message.name, message.input).then((value) =>
            link.onMessage({ kind: "answer", id: message.id, ...value }),
          );
        }
        return true;
      },
    };
  });
  return {
    client,
    schedule: (callback) => callbacks.push(callback),
    frame() {
      const due = callbacks;
      callbacks = [];
      waiting = 0;
      for (const callback of due) callback();
    },
    mostWaiting: () => mostWaiting,
    snapshots: () => snapshots,
  };
}

async function answer(producer: Producer, name: string, input: unknown) {
  const { reads } = producer;
  if (name === "runs.list") {
    return { ok: true, value: await reads.listRuns({ ...listed, limit: limits.runRows }) } as const;
  }
  // The store's own input.
  if (name === "run.events") {
    return { ok: true, value: await reads.eventsPage(input as EventsPage) } as const;
  }
  if (name === "run.nodes") {
    return { ok: true, value: await nodesPage(producer, input as NodesPage) } as const;
  }
  const error = { code: "NOT_FOUND", message: name, retryable: false, details: null } as const;
  return { ok: false, error } as const;
}

interface NodesPage {
  readonly runId: string;
  readonly after: number;
  readonly limit: number;
}

async function nodesPage(producer: Producer, { runId, after, limit }: NodesPage) {
  const all = (await producer.reads.openRun(runId, Infinity))?.nodes ?? [];
  const sorted = all.toSorted((a, b) => a.sequence - b.sequence);
  const nodes = sorted.filter(({ sequence }) => sequence > after).slice(0, limit);
  return { nodes, next: nodes.length < limit ? null : (nodes.at(-1)?.sequence ?? null) };
}

type EventsPage = Parameters<Producer["reads"]["eventsPage"]>[0];
const listed = { filter: RunFilter.parse({}), sort: "started", before: null } as const;

function nodesOf(page: OpenRun) {
  return page.view.get().nodes;
}

function unused(): never {
  throw new Error("Nobody watches the engine here.");
}

/** Sends the burst. In its first half the screen hangs; then a frame is drawn after every so many events. */
async function burst(screen: Screen, eventsAFrame: number, step: (sent: number) => void) {
  for (let sent = 0; sent < events; sent += 1) {
    step(sent);
    if (sent % eventsAFrame === 0) {
      await turn();
      if (sent > events / 2) screen.frame();
    }
  }
}

async function until(screen: Screen, what: string, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`It did not happen: ${what}`);
    await turn();
    screen.frame();
  }
}

describe("[U1] the screens' store under a burst of 100,000 events, some batches lost", () => {
  test("the list ends with every run as the core has it, and never more than two batches wait", async () => {
    const producer = createProducer({ runs: 50, nodes: 40 });
    const { runIds } = producer;
    const screen = screenOf(producer, 7);
    const list = createRunList(screen.client, screen.schedule);
    list.show(RunFilter.parse({}));
    await until(screen, "the list is there", () => list.view.get().order.length === 50);
    list.setInView(runIds);
    await burst(screen, 200, (sent) => producer.step(runIds[sent % 50] ?? ""));
    for (const runId of runIds) producer.finish(runId);
    const shown = () => runIds.map((runId) => list.get(runId)?.row);
    // A batch that was lost last is noticed with the next one.
    await until(screen, "every run is shown completed", () => {
      if (shown().every((row) => row?.status === "completed")) return true;
      producer.publish({
        kind: "committed",
        runId: runIds[0] ?? "",
        lastSeq: producer.lastSeq(runIds[0] ?? ""),
        status: "completed",
      });
      return false;
    });
    expect(shown()).toEqual(runIds.map((runId) => producer.row(runId)));
    expect(screen.mostWaiting()).toBeLessThanOrEqual(limits.unacknowledgedBatches);
    // Gaps were there, and were repaired.
    expect(screen.snapshots()).toBeGreaterThan(1);
    list.close();
  }, 90_000);

  test("the run page ends with header, counts, nodes and newest events as the core has them", async () => {
    const producer = createProducer({ runs: 1, nodes: 2_000 });
    const [runId = ""] = producer.runIds;
    const screen = screenOf(producer, 7);
    const page = openRun({ runId, client: screen.client, schedule: screen.schedule });
    await until(screen, "the run is there", () => page.view.get().run !== null);
    await burst(screen, 500, () => producer.step(runId));
    producer.finish(runId);
    const lastSeq = events + 1;
    await until(screen, "its end is shown", () => {
      const { run } = page.view.get();
      const newest = page.history.view.get().events.at(-1)?.seq;
      if (run?.status === "completed" && newest === lastSeq) return true;
      producer.publish({ kind: "committed", runId, lastSeq, status: "completed" });
      return false;
    });
    const { run, counts } = page.view.get();
    expect(run).toMatchObject({ status: "completed", lastSeq });
    expect(Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(2_000);
    const core = await nodesPage(producer, { runId, after: 0, limit: Infinity });
    // Pages that were asked for after a snapshot may still be on their way.
    await until(screen, "every node is as the core has it", () =>
      core.nodes.every((node) => isDeepStrictEqual(nodesOf(page).get(node.nodeExecutionId), node)),
    );
    const seqs = page.history.view.get().events.map(({ seq }) => seq);
    expect(seqs.every((seq, index) => index === 0 || seq === (seqs[index - 1] ?? 0) + 1)).toBe(
      true,
    );
    expect(screen.mostWaiting()).toBeLessThanOrEqual(limits.unacknowledgedBatches);
    page.close();
  }, 90_000);
});
