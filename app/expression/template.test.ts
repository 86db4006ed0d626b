import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../model/json.ts";
import type { ExpressionScope } from "./compiled-expression.ts";
import { compileTemplate } from "./template.ts";

const scope: ExpressionScope = {
  input: { url: "https://news.example", list: [1, 2] },
  nodes: { fetch: { status: "completed", output: { body: "text" } } },
  run: { id: "r" },
};

test("a template of plain paths is resolved at once", () => {
  const template = compileTemplate({
    url: "=input.url",
    text: ["=nodes.fetch.output.body", "as is"],
  });
  expect(template.resolve(scope)).toEqual({ url: "https://news.example", text: ["text", "as is"] });
  expect(template.nodeRefs).toEqual(["fetch"]);
});

test("a template with an expression resolves to a promise", async () => {
  const template = compileTemplate({ a: "=$sum(input.list)", b: "=input.list", c: 1 });
  const result = template.resolve(scope);
  expect(result).toBeInstanceOf(Promise);
  expect(await result).toEqual({ a: 3, b: [1, 2], c: 1 });
});

test("undefined is left out of objects, null in arrays, and undefined at the top", () => {
  expect(compileTemplate({ a: "=input.none", b: ["=input.none", 1] }).resolve(scope)).toEqual({
    b: [null, 1],
  });
  expect(compileTemplate("=input.none").resolve(scope)).toBeUndefined();
});

test("two equals signs begin a literal one", () => {
  expect(compileTemplate({ formula: "==SUM(A1)", rule: "===" }).resolve(scope)).toEqual({
    formula: "=SUM(A1)",
    rule: "==",
  });
});

test("a secret reference passes through unchanged and is named", () => {
  const value = {
    headers: { authorization: { $secret: "NEWS_KEY" } },
    other: { $secret: "=input.url", a: 1 },
  };
  const template = compileTemplate(value);
  expect(template.secretNames).toEqual(["NEWS_KEY"]);
  expect(template.resolve(scope)).toEqual({
    headers: { authorization: { $secret: "NEWS_KEY" } },
    other: { $secret: "https://news.example", a: 1 },
  });
});

test("a constant template is told apart and needs no scope", () => {
  expect(compileTemplate({ a: [1, "b"] })).toMatchObject({ isConstant: true, nodeRefs: [] });
  expect(compileTemplate({ a: "=input" })).toMatchObject({ isConstant: false });
});

test("an expression that does not compile is named by its pointer and column", () => {
  expect(() => compileTemplate({ "a/b": [{ "c~": "=input.(" }] })).toThrow(
    expect.objectContaining({
      pointer: "/a~1b/0/c~0",
      position: 8,
      code: "EXPRESSION",
      message: '/a~1b/0/c~0: column 8 of "=input.(": Expected ")" before end of expression',
    }),
  );
});

test("an expression that fails is named by its pointer and column", async () => {
  const template = compileTemplate({ ok: "=input.url", bad: "=input.url + 1" });
  await expect(template.resolve(scope)).rejects.toMatchObject({ pointer: "/bad", position: 12 });
});

test("an expression with a regular expression sees the nodes that it reads, elsewhere", async () => {
  const seen: unknown[] = [];
  const isolate = (source: string, narrowed: ExpressionScope): Promise<JsonValue> => {
    seen.push([source, Object.keys(narrowed.nodes)]);
    return Promise.resolve("isolated");
  };
  const many = { ...scope, nodes: { ...scope.nodes, other: { status: "completed" } } };
  const template = compileTemplate({
    a: "=$contains(nodes.fetch.output.body, /t/)",
    b: "=$count(input.list)",
  });
  expect(await template.resolve(many, isolate)).toEqual({ a: "isolated", b: 2 });
  expect(seen).toEqual([["=$contains(nodes.fetch.output.body, /t/)", ["fetch"]]]);
  expect(template.mustIsolate).toBe(true);
});

test("an expression over more than a megabyte goes to the isolated evaluator", async () => {
  const isolate = (): Promise<JsonValue> => Promise.resolve("isolated");
  const large = { ...scope, input: { text: "x".repeat(1_100_000) } };
  expect(await compileTemplate("=$length(input.text)").resolve(large, isolate)).toBe("isolated");
  expect(await compileTemplate("=$length(input.text)").resolve(scope, isolate)).toBeUndefined();
  expect(compileTemplate("=input.text").resolve(large, isolate)).toBe(large.input.text);
});

test("a value without expressions resolves to itself, whatever its member names", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // fast-check's type of JSON has the same values.
      const json = JSON.parse(JSON.stringify(value)) as JsonValue;
      fc.pre(!JSON.stringify(json).includes('"='));
      const template = compileTemplate(json);
      expect(template.isConstant).toBe(true);
      expect(JSON.stringify(template.resolve(scope))).toBe(JSON.stringify(json));
    }),
  );
});

test("every string survives when it is written with a doubled equals sign", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const written = text.startsWith("=") ? `=${text}` : text;
      expect(compileTemplate([written]).resolve(scope)).toEqual([text]);
    }),
  );
});

test("a member called __proto__ stays a member", () => {
  const json = JSON.parse('{"__proto__":"=input.url","a":1}') as JsonValue;
  expect(JSON.stringify(compileTemplate(json).resolve(scope))).toBe(
    '{"__proto__":"https://news.example","a":1}',
  );
});
