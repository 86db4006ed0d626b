import fc from "fast-check";
import jsonata from "jsonata";
import { expect, test } from "vitest";
import type { JsonValue } from "../model/json.ts";
import { compileExpression } from "./compiled-expression.ts";
import { evaluateCondition, isTrue } from "./condition.ts";

const scope = { input: { yes: true, none: [] }, nodes: {}, run: {}, output: { approved: true } };

test("a condition is decided at once when it is a plain path", () => {
  expect(evaluateCondition(compileExpression("=output.approved"), scope)).toBe(true);
  expect(evaluateCondition(compileExpression("=input.none"), scope)).toBe(false);
});

test("a condition that is undefined is false", async () => {
  expect(evaluateCondition(compileExpression("=error.code"), scope)).toBe(false);
  expect(await evaluateCondition(compileExpression("=$lookup(input, 'x')"), scope)).toBe(false);
});

test("a condition with a regular expression goes to the isolated evaluator", async () => {
  const isolate = (source: string): Promise<JsonValue> => Promise.resolve(source);
  const expression = compileExpression("=$contains(input.a, /x/)");
  expect(await evaluateCondition(expression, scope, isolate)).toBe(true);
});

test("truth is that of JSONata's $boolean for every JSON value", async () => {
  const boolean = jsonata("$boolean($$.v)");
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      // fast-check's type of JSON has the same values.
      const v = value as JsonValue;
      expect(isTrue(v)).toBe((await boolean.evaluate({ v })) as boolean);
    }),
    { numRuns: 1_000 },
  );
});
