import { expect, test } from "vitest";
import { problemsOf } from "./validate.fixture.ts";

const request = (input: object, part: object = {}): object => ({
  capabilities: ["net:https://a.example"],
  nodes: [
    { id: "r", type: "http.request", with: { url: "https://a.example/", ...input }, ...part },
  ],
});

function textsOf(part: object, options: Parameters<typeof problemsOf>[1] = {}): string[] {
  return problemsOf(part, options).map(({ text }) => text);
}

test("[W2] a `with` that does not fit its type's schema is refused field by field", () => {
  expect(textsOf(request({ method: "PUT", headers: { a: 1 }, bdy: "x" }))).toEqual([
    'w.json#/nodes/0/with/method (node r): this value does not fit; found "PUT", expected one of "GET", "POST".',
    "w.json#/nodes/0/with/headers/a (node r): this value does not fit; found 1, expected a string.",
    'w.json#/nodes/0/with/bdy (node r): the name "bdy" is unknown here; found "x", expected one of "url", "method", "headers" or "body". Did you mean "body"?',
  ]);
  expect(textsOf({ nodes: [{ id: "t", type: "transform" }] })).toEqual([
    'w.json#/nodes/0/with (node t): "value" is missing; found members nothing, expected a member "value".',
  ]);
});

test("[W2] expressions and secrets in a `with` may become anything, literals may not", () => {
  const secrets = ["A_KEY"];
  const dynamic = { method: "=input.m", headers: { a: { $secret: "A_KEY" } }, body: ["=input.n"] };
  expect(textsOf({ ...request(dynamic), secrets })).toEqual([]);
  expect(textsOf(request({ method: "==GET" }))).toEqual([
    'w.json#/nodes/0/with/method (node r): this value does not fit; found "=GET", expected one of "GET", "POST". Did you mean "GET"?',
  ]);
  expect(textsOf(request({ body: { a: 1 } }))).toEqual([
    'w.json#/nodes/0/with/body (node r): this value does not fit; found {"a":1}, expected at least one of 2 forms.',
  ]);
});

test("[W2] a version of a node type that this app has not is refused", () => {
  expect(textsOf(request({}, { typeVersion: 2 }))).toEqual([]);
  expect(textsOf(request({}, { typeVersion: 3 }))).toEqual([
    'w.json#/nodes/0/typeVersion (node r): this version of the node type "http.request" is newer than this app; found 3, expected 2, or a newer app.',
  ]);
  expect(textsOf(request({}, { typeVersion: 1 }))).toEqual([
    'w.json#/nodes/0/typeVersion (node r): this app no longer supports this version of the node type "http.request"; found 1, expected 2, after checking the node.',
  ]);
});

test("[W2] the run's input is checked against the workflow's schema", () => {
  const input = { type: "object", required: ["url"], properties: { "a/b": { type: "integer" } } };
  expect(textsOf({ input }, { input: { url: "x" } })).toEqual([]);
  expect(textsOf({ input }, { input: { "a/b": 1.5 } })).toEqual([
    'w.json#: the run\'s input: "url" is missing; found members "a/b", expected a member "url".',
    "w.json#/a~1b: the run's input at /a~1b: this value does not fit; found 1.5, expected an integer.",
  ]);
});

test.each<[object, string]>([
  [
    { type: "strnig" },
    'w.json#/input/type: the schema of the input is not a JSON Schema (draft 2020-12); found "strnig", expected one of "null", "boolean", "object", "array", "number", "string" or "integer", or an array of them.',
  ],
  [
    { requird: ["a"] },
    'w.json#/input/requird: the schema of the input is not a JSON Schema (draft 2020-12); found "requird", expected "required", if that is meant.',
  ],
  [
    { properties: { a: { pattern: "(" } } },
    'w.json#/input/properties/a/pattern: the schema of the input is not a JSON Schema (draft 2020-12); found "(", expected a regular expression.',
  ],
  [
    { $ref: "https://elsewhere.example/s" },
    'w.json#/input/$ref: the schema of the input is not a JSON Schema (draft 2020-12); found "https://elsewhere.example/s", expected a reference within this schema, like #/$defs/item.',
  ],
  [
    { items: [{}] },
    "w.json#/input/items: the schema of the input is not a JSON Schema (draft 2020-12); found [{}], expected a JSON Schema.",
  ],
])("[W2] a broken input schema is refused before any input: %j", (input, text) => {
  expect(textsOf({ input })).toEqual([text]);
});
