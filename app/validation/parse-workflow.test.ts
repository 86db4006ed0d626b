import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonProblem } from "./find-json-problem.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { problemsOfText } from "./validate.fixture.ts";

function readFixture(file: string): string {
  return readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8");
}

test("[W2] a file is read with its source as written and its defaults filled in", () => {
  const parsed = parseWorkflow({ text: readFixture("graph.json"), file: "graph.json" });
  expect(parsed).toMatchObject({
    ok: true,
    source: { nodes: [{ id: "start", type: "transform", with: { value: 1 } }, {}, {}, {}] },
    definition: {
      onInterrupted: "ask",
      nodes: [{ join: "any", onError: "fail", review: false }, {}, {}, {}],
    },
  });
});

test("[W3] unknown names, wrong values and missing ones are named with what comes nearest", () => {
  expect(problemsOfText({ text: readFixture("format.json"), file: "format.json" })).toEqual([
    'format.json#/nodes/0/retry/maxAttempt (node a): the name "maxAttempt" is unknown here; found 3, expected one of "maxAttempts", "initialDelayMs", "backoffFactor" or "maxDelayMs".',
    'format.json#/nmae: the name "nmae" is unknown here; found "Names and values that the format does not know", expected one of "$schema", "formatVersion", "id", "name", "description", "version", "input", "capabilities", "secrets", "onInterrupted", "limits", "nodes" or 2 others. Did you mean "name"?',
    'format.json#/id: this value does not fit; found "Wrong Format", expected lower-case letters, digits and -.',
    'format.json#/name: "name" is missing; found nothing, expected a string.',
    "format.json#/limits/timeoutMs: this value does not fit; found 1.5, expected a whole number.",
    "format.json#/nodes/0/retry/maxAttempts (node a): this value does not fit; found 0, expected at least 1.",
    'format.json#/nodes/0/onError (node a): this value does not fit; found "contineu", expected "fail" or "continue". Did you mean "continue"?',
    'format.json#/edges/0/to: "to" is missing; found nothing, expected a string.',
  ]);
});

test.each([
  [
    "",
    'w.json#: this is not JSON (line 1, column 1); found "the end of the line", expected a JSON value.',
  ],
  [
    '{\n  "a": 1,\n  "b" 2\n}',
    'w.json#/b: this is not JSON (line 3, column 7); found "2", expected :.',
  ],
  [
    '{ "a": [1, 2,] }',
    'w.json#/a/2: this is not JSON (line 1, column 14); found "] }", expected a JSON value.',
  ],
  [
    '{ "a": 1, }',
    'w.json#: this is not JSON (line 1, column 11); found "}", expected a name in ".',
  ],
  [
    "{ 'a': 1 }",
    'w.json#: this is not JSON (line 1, column 3); found "\'a\': 1 }", expected a name in " or }.',
  ],
  [
    "[1] 2",
    'w.json#: this is not JSON (line 1, column 5); found "2", expected nothing more after the value.',
  ],
  [
    '{\n "nodes": [],\n "nodes": []\n}',
    'w.json#/nodes: this name stands twice in its object (line 3, column 2); found "\\"nodes\\": []", expected each name once.',
  ],
  [
    '{"a":{"\\u005f_proto__":1}}',
    'w.json#/a/__proto__: this name is not allowed (line 1, column 7); found "\\"\\\\u005f_proto__\\":1}}", expected another name.',
  ],
  [
    '["\\ud800"]',
    'w.json#/0: this is not JSON (line 1, column 2); found "\\"\\\\ud800\\"]", expected whole characters: half of a surrogate pair stands alone.',
  ],
])("[W3] %j is refused with its line and column", (text, problem) => {
  expect(problemsOfText({ text, file: "w.json" })).toEqual([problem]);
});

test("[W3] a file that is nested too deep is refused, not read until the stack ends", () => {
  expect(problemsOfText({ text: "[".repeat(100_000), file: "w.json" })[0]).toContain(
    "this is nested deeper than 200 levels",
  );
});

test("[W3] of thousands of unknown names the first hundred are told", () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `"x${index}":1`);
  expect(problemsOfText({ text: `{${names.join(",")}}`, file: "w.json" })).toHaveLength(100);
});

test("a byte order mark before the file is no mistake", () => {
  const text = `\ufeff${readFixture("valid.json")}`;
  expect(problemsOfText({ text, file: "w.json" })).toEqual([]);
});

test("what is JSON to JSON.parse is JSON here, and what is not is not", () => {
  const strings = ['"a"', '"b"', '"\\u00e9"', '"\\x"', '"\t"', '"\u007f"', '"\u2028"', '"', "\\"];
  const others = ["1", "-0", "01", "1.", "1e5", ".5", "+1", "true", "nul", " ", "\n", "\u00a0"];
  const pieces = ["{", "}", "[", "]", ",", ":", ...strings, ...others];
  const piece = fc.constantFrom(...pieces);
  const text = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    fc.json(),
    fc.tuple(fc.json(), fc.nat(), piece).map(([json, at, change]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + change + json.slice(place);
    }),
  );
  fc.assert(
    fc.property(text, (written) => {
      const problem = findJsonProblem(written);
      // What only we refuse is told apart by its code; lone surrogates are not generated.
      if (problem !== null && problem.code !== "JSON_SYNTAX") return;
      expect(problem === null).toBe(parses(written));
    }),
    { numRuns: 5_000 },
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
