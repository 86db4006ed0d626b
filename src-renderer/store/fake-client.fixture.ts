import type { RunRow } from "../../app/contract/run-row.ts";
import type { RunCounters } from "../../app/contract/runs.ts";
import type { RunsOp, Snapshot } from "../../app/contract/subscriptions.ts";
import type { ApiClient, TopicEvents } from "../link/api-client.ts";

/** A client without a link: a test gives the answers and plays the core's part of each subscription. */
export interface FakeClient extends ApiClient {
  readonly answers: Record<string, (input: { readonly after: number }) => unknown>;
  readonly topics: FakeTopic[];
}

export interface FakeTopic {
  /** How often it was asked for. */
  asked: number;
  readonly acknowledged: number[];
  /** The connection is up. */
  restart(): void;
  snapshot(rev: number, snapshot: Snapshot<"runs">): void;
  delta(fromRev: number, toRev: number, ops: readonly RunsOp[]): void;
}

export function fakeClient(answers: FakeClient["answers"]): FakeClient {
  const topics: FakeTopic[] = [];
  return {
    answers,
    topics,
    connection: { state: "up", instanceId: "i", appVersion: "0" },
    onConnection: () => () => true,
    setHidden: () => undefined,
    request: (name, input) => {
      const value = answers[name]?.({ after: 0, ...(input as object) });
      // The test knows which answer belongs to the request.
      return Promise.resolve({ ok: true, value: value as never });
    },
    subscribe: (_topic, events) => {
      const topic = fakeTopic(events);
      topics.push(topic);
      return {
        change: () => (topic.asked += 1),
        acknowledge: (rev) => topic.acknowledged.push(rev),
        close: () => undefined,
      };
    },
  };
}

function fakeTopic(events: TopicEvents): FakeTopic {
  return {
    asked: 0,
    acknowledged: [],
    restart: () => events.onRestart(),
    snapshot: (rev, snapshot) =>
      events.onMessage({ kind: "snapshot", topic: "runs", id: 1, rev, snapshot }),
    delta: (fromRev, toRev, ops) =>
      events.onMessage({ kind: "delta", topic: "runs", id: 1, fromRev, toRev, ops: [...ops] }),
  };
}

/** Lets everything that was promised come true. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export function runIdOf(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

export function rowOf(number: number, given: Partial<RunRow> = {}): RunRow {
  return {
    runId: runIdOf(number),
    jobId: runIdOf(number),
    title: `Run ${number}`,
    workflowId: "daily-digest",
    status: "queued",
    statusReason: "",
    revision: 1,
    nodesDone: 0,
    nodesTotal: 3,
    step: null,
    error: null,
    closingTo: null,
    createdAt: "2026-11-23T14:02:00.000Z",
    startedAt: null,
    finishedAt: null,
    heartbeatAt: null,
    wakeAt: null,
    runningMs: 0,
    crashCount: 0,
    trigger: "manual",
    parentRunId: null,
    forkedFromRunId: null,
    pinned: false,
    tags: [],
    ...given,
  };
}

export const emptyCounters: RunCounters = {
  queued: 0,
  running: 0,
  stalled: 0,
  awaiting_user: 0,
  awaiting_validation: 0,
  completed: 0,
  completed_with_issues: 0,
  failed: 0,
  cancelled: 0,
  poisoned: 0,
};
