import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../model/json.ts";
import { checkJsonSchema } from "./check-json-schema.ts";

function summary(schema: JsonObject, value: JsonValue, dynamic: string[] = []): string[] {
  return checkJsonSchema({ schema, value, dynamic }).map(
    ({ pointer, message, expected }) => `${pointer} ${message}: ${expected}`,
  );
}

test("[W2] every violation is told with its pointer, whatever characters its names have", () => {
  const schema = {
    properties: { "a/b~ é%#": { items: { type: "number" } } },
    required: ["x", "y"],
  };
  expect(summary(schema, { "a/b~ é%#": [1, "2"] })).toEqual([
    ' "x" is missing: a member "x"',
    ' "y" is missing: a member "y"',
    "/a~1b~0 é%#/1 this value does not fit: a number",
  ]);
});

test("[W2] what an expected value is, is said by the keyword's own value, through references too", () => {
  const schema = {
    $defs: { small: { type: "object", properties: { n: { type: "integer", maximum: 3 } } } },
    type: "array",
    minItems: 3,
    items: { $ref: "#/$defs/small" },
  };
  expect(summary(schema, [{ n: 4 }, { n: "x" }])).toEqual([
    " this value does not fit: at least 3 items",
    "/0/n this value does not fit: at most 3",
    "/1/n this value does not fit: an integer",
  ]);
});

test("[W2] of alternatives none of which fits only the choice is told", () => {
  const named = {
    anyOf: [
      { title: "a number", type: "number" },
      { title: "none", type: "null" },
    ],
  };
  expect(summary(named, "x")).toEqual([' this value does not fit: "a number" or "none"']);
  expect(summary({ oneOf: [{ type: "number" }, { minimum: 1 }] }, 2)).toEqual([
    " this value does not fit: exactly one of 2 forms",
  ]);
});

test("[W2] a place that is not known yet may hold anything, what stands around it may not", () => {
  const schema = {
    properties: { a: { type: "number" }, list: { type: "array", uniqueItems: true, maxItems: 2 } },
    additionalProperties: false,
  };
  const value = { a: "=x", list: ["=y", "=y"], b: "=z" };
  const dynamic = ["/a", "/list/0", "/list/1", "/b"];
  expect(summary(schema, value)).toHaveLength(3);
  expect(summary(schema, { a: "=x", list: ["=y", "=y"] }, dynamic)).toEqual([]);
  expect(summary(schema, { list: ["=y", "=y", "=y"] }, dynamic)).toEqual([
    "/list this value does not fit: at most 2 items",
  ]);
});

test("[W2] an unknown name is refused even when its value is not known yet", () => {
  const schema = { properties: { body: {} }, additionalProperties: false };
  expect(checkJsonSchema({ schema, value: { bdy: "=x" }, dynamic: ["/bdy"] })).toEqual([
    {
      pointer: "/bdy",
      message: 'the name "bdy" is unknown here',
      found: '"=x"',
      expected: 'one of "body"',
      nearestTo: { name: "bdy", known: ["body"] },
    },
  ]);
});

test("[W2] a schema is not changed by its use, and may be frozen", () => {
  const schema = Object.freeze({
    $ref: "#/$defs/a",
    $defs: Object.freeze({ a: { type: "null" } }),
  });
  expect(summary(schema, 1)).toEqual([" this value does not fit: null"]);
  expect(Reflect.ownKeys(schema)).toEqual(["$ref", "$defs"]);
});

test("[W2] a schema that cannot be used is a violation, not a crash", () => {
  expect(summary({ $ref: "#/nowhere" }, 1)).toEqual([" its JSON Schema is broken: a JSON Schema"]);
  expect(summary({ $ref: "#" }, 1)).toEqual([" its JSON Schema is broken: a JSON Schema"]);
  expect(summary({ pattern: "(" }, "x")).toEqual([" its JSON Schema is broken: a JSON Schema"]);
});

test("[W2] of a hundred thousand violations the first hundred are told", () => {
  const schema = { items: { anyOf: [{ type: "number" }, { type: "null" }] } };
  const value = Array.from({ length: 100_000 }, () => "x");
  // A walk that compares each with each would not end within the test's time.
  const told = summary(schema, value).length;
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThanOrEqual(100);
});
