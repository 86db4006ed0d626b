import fc from "fast-check";
import { expect, test } from "vitest";
import { JobState } from "../../app/model/job.ts";
import { pressedStates, removeClause, toggleState } from "./change-run-query.ts";
import { parseRunQuery } from "./parse-run-query.ts";

test.each([
  ["", { states: [], workflowId: null, text: "" }],
  ["status:failed,poisoned", { states: ["failed", "poisoned"] }],
  ["-status:completed is:done", { states: ["completed_with_issues", "failed", "cancelled"] }],
  ["is:active", { states: ["queued", "running"] }],
  ['wf:"Daily digest" rate limit', { workflowId: "Daily digest", text: "rate limit" }],
  ["wf:daily-digest", { workflowId: "daily-digest" }],
  ['"429 too many" https://news.example', { text: "429 too many https://news.example" }],
])("the query %j narrows to %j", (query, filter) => {
  expect(parseRunQuery(query, "all")).toMatchObject({ ok: true, filter });
});

test("an unknown field is an error with its place and the nearest known one", () => {
  expect(parseRunQuery("hello stats:failed", "all")).toEqual({
    ok: false,
    problem: { at: 6, length: 5, kind: "field", found: "stats", nearest: "status" },
  });
});

test("an unknown value is an error with the nearest known one", () => {
  expect(parseRunQuery("status:queued,faild", "all")).toEqual({
    ok: false,
    problem: { at: 14, length: 5, kind: "value", found: "faild", nearest: "failed" },
  });
});

test("states that exclude each other are said to be a contradiction, not everything", () => {
  expect(parseRunQuery("status:failed is:active", "all")).toMatchObject({ isContradiction: true });
});

test("a counter that is pressed twice leaves the query as it was", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...JobState.options),
      fc.constantFrom("", "hello", "wf:x err"),
      (state, query) => {
        const pressed = toggleState(query, state);
        expect(pressedStates(pressed)).toEqual([state]);
        expect(toggleState(pressed, state)).toBe(query);
      },
    ),
  );
});

test("several counters share one clause", () => {
  const query = toggleState(toggleState("slow", "failed"), "stalled");
  expect(query).toBe("status:failed,stalled slow");
  expect(removeClause(query, "status:failed,stalled")).toBe("slow");
});

test("any text is either a filter or a problem inside of it", () => {
  fc.assert(
    fc.property(fc.string(), (query) => {
      const parsed = parseRunQuery(query, "all");
      if (parsed.ok) return;
      expect(parsed.problem.at).toBeGreaterThanOrEqual(0);
      expect(parsed.problem.at).toBeLessThanOrEqual(query.length);
    }),
  );
});
