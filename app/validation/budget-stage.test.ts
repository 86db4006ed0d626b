import { expect, test } from "vitest";
import { problemsOf } from "./validate.fixture.ts";

const node = (part: object): object => ({
  id: "t",
  type: "transform",
  with: { value: 1 },
  ...part,
});

test.each<[string, object, string]>([
  [
    "a node that may take longer than the run",
    { nodes: [node({ timeoutMs: 2_000 })], limits: { timeoutMs: 1_000 } },
    "TIMEOUT_ABOVE_RUN_LIMIT /nodes/0/timeoutMs",
  ],
  [
    "a first delay above the longest",
    { nodes: [node({ retry: { maxAttempts: 2, initialDelayMs: 5_000, maxDelayMs: 1_000 } })] },
    "RETRY_DELAY /nodes/0/retry/initialDelayMs",
  ],
  [
    "a time limit for a question to a person",
    { nodes: [{ id: "q", type: "approval", timeoutMs: 5 }] },
    "TIMEOUT_WITHOUT_ATTEMPT /nodes/0/timeoutMs",
  ],
  [
    "a retry of a timer",
    { nodes: [{ id: "d", type: "delay", retry: { maxAttempts: 2 } }] },
    "RETRY_WITHOUT_ATTEMPT /nodes/0/retry/maxAttempts",
  ],
])("[W3] %s is refused", (_name, part, problem) => {
  expect(problemsOf(part).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([problem]);
});

test("[W3] a node's time limit up to the run's, and delays that one attempt never uses, are fine", () => {
  expect(problemsOf({ nodes: [node({ timeoutMs: 1_000 })], limits: { timeoutMs: 1_000 } })).toEqual(
    [],
  );
  expect(problemsOf({ nodes: [node({ retry: { initialDelayMs: 90_000 } })] })).toEqual([]);
});

test("[W3] a token or cost limit may stand in any workflow", () => {
  expect(problemsOf({ limits: { maxTokens: 1, maxCostUsd: 0.5 } })).toEqual([]);
});

test("[W3] an input above 100 MB is refused", () => {
  const [problem] = problemsOf({}, { input: "é".repeat(50_000_000) });
  expect(problem?.text).toBe(
    "w.json#: the run's input is too large; found 100000002 bytes, expected at most 100000000 bytes; write the data to a file and pass its path.",
  );
});
