import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ApiError } from "../../app/contract/api-error.ts";
import { requests, type RequestName } from "../../app/contract/contract.ts";
import { limits } from "../../app/contract/limits.ts";
import { EngineError } from "../../app/engine/engine-error.ts";
import { StorageError } from "../../app/storage/storage-error.ts";
import { createDispatch } from "./dispatch.ts";
import type { Handlers } from "./handlers/handler.ts";
import type { Live, LiveClient } from "./live/subscriptions.ts";

// Every request of the table is known by its name.
const names = Object.keys(requests) as [RequestName, ...RequestName[]];
const actor = { kind: "human", id: "tester", via: "test" } as const;
const counters = {
  queued: 0, running: 0, stalled: 0, awaiting_user: 0, awaiting_validation: 0, completed: 0,
  completed_with_issues: 0, failed: 0, cancelled: 0, poisoned: 0,
}; // prettier-ignore

interface Answer {
  readonly id: number;
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: ApiError;
}

function nobodyWatches(): Live {
  const client: LiveClient = {
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    acknowledge: () => undefined,
    setHidden: () => undefined,
    close: () => undefined,
    pending: 0,
  };
  return { connect: () => client, close: () => undefined };
}

/** A dispatch whose handlers are those given; the others must not be called. */
function dispatchWith(given: Partial<Handlers>) {
  const unknown: unknown[] = [];
  const answers: Answer[] = [];
  const never = Object.fromEntries(
    names.map((name) => [name, () => Promise.reject(new Error(`${name} was called`))]),
  );
  const dispatch = createDispatch({
    handlers: { ...never, ...given } as Handlers,
    live: nobodyWatches(),
    onUnknownError: (error) => unknown.push(error),
  });
  const client = dispatch.connect({
    actor,
    send: (bytes) => answers.push(JSON.parse(Buffer.from(bytes).toString("utf8")) as Answer),
  });
  const say = (message: unknown): boolean => client.receive(Buffer.from(JSON.stringify(message)));
  const ask = (id: number, name: string, input: unknown = {}): boolean =>
    say({ kind: "request", id, name, input });
  return { client, say, ask, answers, unknown };
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await turn();
}

describe("one request", () => {
  test("[S10] is answered with what the handler answers", async () => {
    const { ask, answers } = dispatchWith({ "runs.counters": async () => ({ counters }) });
    expect(ask(7, "runs.counters")).toBe(true);
    await settled();
    expect(answers).toEqual([{ kind: "answer", id: 7, ok: true, value: { counters } }]);
  });

  test("[S10] that does not fit its schema never reaches a handler", async () => {
    const { ask, answers } = dispatchWith({});
    ask(1, "run.get", { runId: "7" });
    ask(2, "run.get", { runId: "0190f5e0-0000-7000-8000-000000000000", extra: true });
    ask(3, "run.nothing");
    ask(4, "__proto__");
    await settled();
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual(
      expect.arrayContaining([1, 2, 3, 4].map((id) => [id, "BAD_REQUEST"])),
    );
  });

  test("defaults are filled in before the handler sees it", async () => {
    const seen: unknown[] = [];
    const { ask } = dispatchWith({
      "runs.list": async (input) => {
        seen.push(input);
        return { rows: [], next: null };
      },
    });
    ask(1, "runs.list");
    await settled();
    const filter = { tab: "all", states: [], workflowId: null, workflowName: null, text: "" };
    expect(seen).toEqual([{ filter, sort: "started", before: null, limit: 100 }]);
  });

  test("whose answer breaks the contract is answered INTERNAL, and the log hears of it", async () => {
    const bad = async () => ({ counters, secret: "path" }) as never;
    const { ask, answers, unknown } = dispatchWith({ "runs.counters": bad });
    ask(1, "runs.counters");
    await settled();
    expect(answers[0]?.error?.code).toBe("INTERNAL");
    expect(unknown).toHaveLength(1);
  });

  test("expected errors keep their code, unknown ones become INTERNAL without their text", async () => {
    const throws = (error: unknown): Partial<Handlers> => ({
      "runs.counters": async () => {
        throw error;
      },
    });
    const cases = [
      [new EngineError("CONFLICT", "already resumed"), "CONFLICT", "already resumed"],
      [new StorageError("FULL", "Disk is full."), "UNAVAILABLE", "Disk is full."],
      [new StorageError("NOT_FOUND", "no run"), "NOT_FOUND", "no run"],
      [new TypeError("/home/somebody/secret"), "INTERNAL", expect.not.stringContaining("/home")],
      ["thrown text", "INTERNAL", expect.not.stringContaining("thrown text")],
    ] as const;
    for (const [error, code, message] of cases) {
      const { ask, answers } = dispatchWith(throws(error));
      ask(1, "runs.counters");
      await settled();
      expect(answers[0]?.error?.code).toBe(code);
      expect(answers[0]?.error?.message).toEqual(message);
    }
  });

  test("that is taken back is answered CANCELLED, once", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let wasAborted = false;
    const { ask, say, answers, client } = dispatchWith({
      "runs.counters": async (_, { signal }) => {
        await promise;
        wasAborted = signal.aborted;
        return { counters };
      },
    });
    ask(1, "runs.counters");
    say({ kind: "cancel", id: 1 });
    await settled();
    resolve();
    await settled();
    expect(answers.map(({ error }) => error?.code)).toEqual(["CANCELLED"]);
    expect({ wasAborted, inFlight: client.inFlight }).toEqual({ wasAborted: true, inFlight: 0 });
  });

  test("that changes something tells its outcome, even when it was taken back", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { ask, say, answers } = dispatchWith({
      "run.retry": async ({ runId }) => {
        await promise;
        return { runId, jobId: runId, created: true };
      },
    });
    ask(1, "run.retry", { runId: "0190f5e0-0000-7000-8000-000000000000" });
    say({ kind: "cancel", id: 1 });
    await settled();
    expect(answers).toEqual([]);
    resolve();
    await settled();
    expect(answers.map(({ ok }) => ok)).toEqual([true]);
  });
});

test("of 65 requests at once the last one hears BUSY", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { ask, answers, client } = dispatchWith({
    "runs.counters": async () => {
      await promise;
      return { counters };
    },
  });
  for (let id = 0; id <= limits.requestsInFlight; id++) ask(id, "runs.counters");
  await settled();
  expect(answers.map(({ id, error }) => [id, error?.code, error?.retryable])).toEqual([
    [limits.requestsInFlight, "BUSY", true],
  ]);
  expect(client.inFlight).toBe(limits.requestsInFlight);
  resolve();
  await settled();
  expect(answers).toHaveLength(limits.requestsInFlight + 1);
});

test("what is no message is not taken: the client is to be hung up on", () => {
  const { client, ask, say } = dispatchWith({
    "runs.counters": () => new Promise<never>(() => undefined),
  });
  expect(client.receive(Buffer.from("{"))).toBe(false);
  expect(client.receive(Buffer.alloc(limits.clientMessageBytes + 1, " "))).toBe(false);
  expect(client.receive(Buffer.from("[".repeat(200_000) + "]".repeat(200_000)))).toBe(false);
  expect(say({ kind: "request", id: 1, name: "runs.counters", input: {}, more: 1 })).toBe(false);
  expect(ask(1, "runs.counters")).toBe(true);
  // Two answers of one id could not be told apart.
  expect(ask(1, "runs.counters")).toBe(false);
});

test("a client that is gone gets nothing more, and its requests are aborted", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let wasAborted = false;
  const { ask, answers, client } = dispatchWith({
    "runs.counters": async (_, { signal }) => {
      await promise;
      wasAborted = signal.aborted;
      return { counters };
    },
  });
  ask(1, "runs.counters");
  client.close();
  resolve();
  await settled();
  expect({ answers, wasAborted }).toEqual({ answers: [], wasAborted: true });
});
