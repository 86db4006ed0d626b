import { expect, test } from "vitest";
import { JobState } from "../../app/model/job.ts";
import type { RunCounters } from "../../app/contract/runs.ts";
import { summariseWork } from "./work-state.ts";

test("nothing runs", () => {
  expect(summariseWork(counters({}))).toEqual({
    state: "idle",
    badge: 0,
    active: 0,
    words: "Handshake: nothing is running",
  });
});

test("the worst is what is shown, all of it is said", () => {
  expect(summariseWork(counters({ running: 2, queued: 1, awaiting_user: 1, stalled: 3 }))).toEqual({
    state: "problem",
    badge: 4,
    active: 3,
    words: "Handshake: 3 working, 1 need you, 3 interrupted",
  });
});

function counters(some: Partial<RunCounters>): RunCounters {
  const none = Object.fromEntries(JobState.options.map((state) => [state, 0]));
  // Every state has its number.
  return { ...none, ...some } as RunCounters;
}
