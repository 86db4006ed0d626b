import { ApiError } from "../../app/contract/api-error.ts";
import { requests, type RequestName } from "../../app/contract/contract.ts";
import type { EngineState } from "../../app/contract/engine.ts";
import { Topic } from "../../app/contract/subscriptions.ts";
import { EngineError } from "../../app/engine/engine-error.ts";
import type { CoreClient } from "./core-client.ts";
import { createDispatch } from "./dispatch.ts";
import type { Handlers } from "./handlers/handler.ts";
import type { Live } from "./live/subscriptions.ts";

// For tests: a core whose handlers do nothing but check once more what reached them.

export interface CheckingCore {
  /** As a host has it, but in this thread. */
  readonly client: CoreClient;
  readonly seen: Seen;
}

export interface Seen {
  /** Requests and subscriptions that came as far as a handler. */
  reached: number;
  /** Messages that were dropped because they are none. */
  dropped: number;
  answers: number;
  /** What reached a handler and does not fit its schema: there must be none. */
  readonly unvalidated: unknown[];
  /** Errors that nobody expected: there must be none. */
  readonly unknown: unknown[];
  /** Answers that are not the refusal which every handler here answers: there must be none. */
  readonly badAnswers: string[];
}

/** Every request of the table, so that a new one is fuzzed without a word. */
export const requestNames = Object.keys(requests) as [RequestName, ...RequestName[]];

/** What must be in `seen` after any number of messages. */
export const nothingWrong = { unvalidated: [], unknown: [], badAnswers: [] };

export function checkingCore(): CheckingCore {
  const seen: Seen = {
    reached: 0,
    dropped: 0,
    answers: 0,
    unvalidated: [],
    unknown: [],
    badAnswers: [],
  };
  const handlers = Object.fromEntries(
    requestNames.map((name) => [
      name,
      async (input: unknown) => {
        seen.reached += 1;
        if (!requests[name].input.safeParse(input).success) seen.unvalidated.push({ name, input });
        throw new EngineError("NOT_FOUND", "fuzzed");
      },
    ]),
  ) as unknown as Handlers; // one for each name
  const dispatch = createDispatch({
    handlers,
    live: checkingLive(seen),
    onUnknownError: (error) => seen.unknown.push(error),
  });
  const actor = { kind: "human", id: "tester", via: "test" } as const;
  return {
    seen,
    client: {
      state: engineState,
      ended: new Promise(() => undefined),
      close: () => Promise.resolve(),
      setUpdate: () => undefined,
      setChosenFolder: () => undefined,
      files: () => Promise.reject(new Error("This core has no files.")),
      connect(remote) {
        const connection = dispatch.connect({
          actor,
          send(bytes) {
            checkAnswer(bytes, seen);
            remote.onMessage(bytes);
          },
        });
        return {
          send(bytes) {
            if (connection.receive(bytes)) return;
            seen.dropped += 1;
            remote.onDrop();
          },
          close: () => connection.close(),
        };
      },
    },
  };
}

function checkingLive(seen: Seen): Live {
  return {
    connect: () => ({
      subscribe(_id, topic) {
        seen.reached += 1;
        if (!Topic.safeParse(topic).success) seen.unvalidated.push({ topic });
      },
      unsubscribe: (id) => checkNumber(id, seen),
      acknowledge: (_id, rev) => checkNumber(rev, seen),
      setHidden(hidden) {
        if (typeof hidden !== "boolean") seen.unvalidated.push({ hidden });
      },
      close: () => undefined,
      pending: 0,
    }),
    close: () => undefined,
  };
}

function checkNumber(value: unknown, seen: Seen): void {
  if (!Number.isSafeInteger(value)) seen.unvalidated.push({ value });
}

function checkAnswer(bytes: Uint8Array, seen: Seen): void {
  seen.answers += 1;
  const text = Buffer.from(bytes).toString("utf8");
  const answer = JSON.parse(text) as { readonly ok?: unknown; readonly error?: unknown };
  if (answer.ok !== false || !ApiError.safeParse(answer.error).success) seen.badAnswers.push(text);
}

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
