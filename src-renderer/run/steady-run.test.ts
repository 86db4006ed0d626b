import { expect, test } from "vitest";
import { rowOf } from "../store/fake-client.fixture.ts";
import { isSameButMoving, type SteadyRun } from "./steady-run.ts";

const steady: SteadyRun = {
  ...rowOf(1),
  error: null,
  closing: null,
  trigger: { kind: "manual" },
  definitionHash: "0".repeat(64),
  inputRef: { sha256: "0".repeat(64), bytes: 2 },
  outputRef: null,
  grants: [],
  accessMode: "restricted",
  onInterrupted: "ask",
  lastActor: { kind: "engine" },
  actions: ["cancel"],
};

test("a run that only got further is drawn as it was", () => {
  const further = { ...steady, revision: 9, nodesDone: 2, runningMs: 400, lastSeq: 30 };
  expect(isSameButMoving(steady, further)).toBe(true);
});

test("a new status, another action, a failure or a first output is drawn at once", () => {
  const changes: readonly Partial<SteadyRun>[] = [
    { status: "completed" },
    { actions: ["resume", "cancel"] },
    { error: { code: "HANDLER", message: "no", nodePath: "a", retryable: false } },
    { outputRef: { sha256: "1".repeat(64), bytes: 2 } },
    { closingTo: "cancelled" },
    { tags: ["x"] },
  ];
  for (const change of changes)
    expect(isSameButMoving(steady, { ...steady, ...change })).toBe(false);
});

test("a run that is not there yet is no other run's", () => {
  expect(isSameButMoving(null, steady)).toBe(false);
  expect(isSameButMoving(null, null)).toBe(true);
});
