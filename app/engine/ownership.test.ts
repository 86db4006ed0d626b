import { randomUUID } from "node:crypto";
import Database from "better-sqlite3";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { EngineBed } from "../../src-main/testing/engine-bed.ts";
import { createEngineBed, handlerType, human } from "../../src-main/testing/engine-bed.ts";
import type { EngineSignal } from "./event-bus.ts";

let bed: EngineBed;
let outside: Database.Database | null = null;
afterEach(async () => {
  outside?.close();
  outside = null;
  await bed.close();
});

const waits = handlerType(
  "waits",
  (_input, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")));
    }),
);

/** A second connection, as another program would have it. */
function changeFromOutside(sql: string, ...values: readonly string[]): void {
  outside ??= new Database(join(bed.folder, "handshake.db"));
  outside.prepare(sql).run(...values);
}

it("[S9] a closing written from outside is obeyed within one beat by an idle run", async () => {
  bed = await createEngineBed([waits]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "waits" }] });
  await bed.until(() => bed.calls.length === 1);
  changeFromOutside(
    `update workflow_run set closing = '{"to":"cancelled","reason":"from outside"}' where run_id = ?`,
    runId,
  );
  await bed.clock.advance(5_000);
  await bed.until(async () => (await bed.status(runId)) === "cancelled");
  expect(await bed.node(runId, "a")).toMatchObject({ status: "cancelled" });
});

it("[S9] a closing that another engine tells of is obeyed at once", async () => {
  bed = await createEngineBed([waits]);
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "waits" }] });
  await bed.until(() => bed.calls.length === 1);
  const at = new Date(bed.clock.now()).toISOString();
  const closing = { to: "cancelled", reason: "from outside" } as const;
  const change = { change: "runClosing", closing, actor: human } as const;
  const group = { groupId: randomUUID(), runId, at, expect: null, changes: [change] };
  const [outcome] = await bed.storage.commit([group], null);
  await bed.engine.heard([{ runId, lastSeq: outcome?.ok === true ? outcome.lastSeq : 0 }]);
  await bed.until(async () => (await bed.status(runId)) === "cancelled");
});

it("an engine that works on named runs leaves the rest of the queue alone", async () => {
  const onlyRuns = new Set<string>();
  bed = await createEngineBed([], { onlyRuns, maxConcurrentRuns: 1 });
  const nodes = [{ id: "a", type: "delay", with: { ms: 60_000 } }];
  const parked = [await bed.start({ nodes }), await bed.start({ nodes })];
  await bed.until(async () => (await bed.status(parked[1]?.runId ?? "")) === "queued");
  onlyRuns.add(parked[1]?.runId ?? "");
  await bed.clock.advance(70_000);
  const states = [];
  for (const { runId } of parked) states.push(await bed.status(runId));
  expect(states).toEqual(["queued", "completed"]);
});

it("an engine that works on named runs comes to each of them, however few it takes at once", async () => {
  const onlyRuns = new Set<string>();
  const finish = Promise.withResolvers<number>();
  const type = handlerType("work", () => finish.promise);
  bed = await createEngineBed([type], { onlyRuns, maxConcurrentRuns: 1 });
  await bed.start({ nodes: [{ id: "a", type: "work" }] });
  // There is no room for these yet.
  const nodes = [{ id: "a", type: "transform", with: { value: 1 } }];
  const named = [await bed.start({ nodes }), await bed.start({ nodes })];
  for (const { runId } of named) onlyRuns.add(runId);
  finish.resolve(1);
  for (const { runId } of named)
    await bed.until(async () => (await bed.status(runId)) === "completed");
});

it("[S9] a change from outside is obeyed at the run's next transition", async () => {
  let finish: () => void = () => undefined;
  const type = handlerType("work", () => new Promise((resolve) => (finish = () => resolve(1))));
  bed = await createEngineBed([type]);
  const { runId } = await bed.start({
    nodes: [
      { id: "a", type: "work" },
      { id: "b", type: "transform", with: { value: 1 } },
    ],
    edges: [{ from: "a", to: "b" }],
  });
  await bed.until(() => bed.calls.length === 1);
  changeFromOutside(
    `update workflow_run set closing = '{"to":"cancelled","reason":"from outside"}' where run_id = ?`,
    runId,
  );
  finish();
  await bed.until(async () => (await bed.status(runId)) === "cancelled");
  expect(bed.calls).toEqual(["a#1"]);
});

it("[S9] a run queued from outside is found within one beat", async () => {
  bed = await createEngineBed();
  const { runId } = await bed.start({ nodes: [{ id: "ask", type: "delay", with: { ms: 9e9 } }] });
  await bed.engine.waitForRun(runId, { untilParked: true });
  changeFromOutside(
    `update workflow_run set wake_at = '2026-01-05T09:00:01.000Z' where run_id = ?`,
    runId,
  );
  await bed.clock.advance(5_000);
  await bed.until(async () => {
    const statuses = (await bed.events(runId)).filter((event) => event.type === "run.status");
    return statuses.length > 2;
  });
});

it("an engine that was fenced writes nothing more, aborts its handlers and says so", async () => {
  let aborted = false;
  const type = handlerType("work", (_input, { signal }) => {
    signal.addEventListener("abort", () => {
      aborted = true;
    });
    return new Promise(() => undefined);
  });
  bed = await createEngineBed([type]);
  const signals: EngineSignal[] = [];
  bed.engine.subscribe((signal) => signals.push(signal));
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "work" }] });
  await bed.until(() => bed.calls.length === 1);
  const at = "2026-01-05T09:00:00.000Z";
  await bed.storage.registerInstance({
    instanceId: "11111111-1111-4111-8111-111111111111",
    kind: "other",
    pid: 1,
    processStartedAt: at,
    bootId: "boot-1",
    machineId: "machine",
    appVersion: "0",
    at,
  });
  await bed.clock.advance(5_000);
  await bed.until(() =>
    signals.some((signal) => signal.kind === "notice" && signal.code === "FENCED"),
  );
  expect(aborted).toBe(true);
  await expect(bed.engine.cancelRun({ runId, actor: human })).rejects.toThrow("took over");
  expect(await bed.status(runId)).toBe("running");
});

it("[S9] no state lives only in memory: an engine that starts anew goes on with every kind of waiting run", async () => {
  bed = await createEngineBed();
  const asks = await bed.start({
    nodes: [{ id: "ask", type: "approval", with: { question: "?" } }],
  });
  const sleeps = await bed.start({ nodes: [{ id: "wait", type: "delay", with: { ms: 60_000 } }] });
  await bed.engine.waitForRun(asks.runId);
  await bed.engine.waitForRun(sleeps.runId, { untilParked: true });
  await bed.crash();
  await bed.clock.advance(61_000);
  await bed.engine.answer({
    runId: asks.runId,
    node: "ask",
    answer: { approved: true },
    actor: human,
  });
  for (const { runId } of [asks, sleeps]) {
    await bed.until(async () => (await bed.status(runId)) === "completed");
  }
});

it("[D4] a run whose storage fails for good is given up with a word to whoever waits for it", async () => {
  let finish: () => void = () => undefined;
  const type = handlerType("work", () => new Promise((resolve) => (finish = () => resolve(1))));
  bed = await createEngineBed([type]);
  const notices: EngineSignal[] = [];
  bed.engine.subscribe((signal) => {
    if (signal.kind === "notice") notices.push(signal);
  });
  const { runId } = await bed.start({ nodes: [{ id: "a", type: "work" }] });
  await bed.until(() => bed.calls.length === 1);
  const waiting = expect(bed.engine.waitForRun(runId)).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  await bed.storage.close();
  finish();
  await waiting;
  expect(notices).toMatchObject([{ code: "RUN_REFUSED", runId }]);
  await expect(bed.engine.stop({ drainMs: 0 })).rejects.toMatchObject({ code: "CLOSED" });
});
