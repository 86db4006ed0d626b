import fc from "fast-check";
import jsonata from "jsonata";
import { expect, test } from "vitest";
import type { JsonValue } from "../model/json.ts";
import { compileExpression, type ExpressionScope } from "./compiled-expression.ts";

function scopeOf(part: Partial<ExpressionScope>): ExpressionScope {
  return { input: null, nodes: {}, run: {}, ...part };
}

function refs(source: string): readonly string[] | "all" {
  return compileExpression(source).nodeRefs;
}

test("a plain path is answered at once", () => {
  const scope = scopeOf({ nodes: { fetch: { status: "completed", output: { body: [1, 2] } } } });
  expect(compileExpression("=nodes.fetch.output.body").evaluate(scope)).toEqual([1, 2]);
  expect(compileExpression("=nodes.fetch.error").evaluate(scope)).toBeUndefined();
});

test("a plain path never reads a prototype", () => {
  const scope = scopeOf({ input: { own: {} } });
  for (const path of [
    "=input.constructor.name",
    "=input.__proto__",
    "=input.own.toString",
    "=toString",
  ]) {
    expect(compileExpression(path).evaluate(scope), path).toBeUndefined();
  }
  const withOwn = scopeOf({ input: JSON.parse('{"__proto__":{"a":1}}') as JsonValue });
  expect(compileExpression("=input.__proto__.a").evaluate(withOwn)).toBe(1);
});

/** Few names and many arrays, so that paths meet something. */
const name = fc.constantFrom("a", "b", "c", "_jsonata_lambda", "sequence", "length");
const { value: anyJson } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, "", "x"),
    fc.dictionary(name, tie("value"), { maxKeys: 4 }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
}));

test("a plain path gives what JSONata gives, arrays on the way included", async () => {
  await fc.assert(
    fc.asyncProperty(anyJson, fc.array(name, { maxLength: 4 }), async (input, names) => {
      const path = ["input", ...names].join(".");
      const expected: unknown = await jsonata(path).evaluate({ input });
      const actual = await compileExpression(`=${path}`).evaluate(scopeOf({ input }));
      // JSON text leaves JSONata's sequence flags out.
      expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));
    }),
    { numRuns: 2_000 },
  );
});

test("data that looks like a JSONata function is read as JSONata reads it", async () => {
  const input = { f: { _jsonata_lambda: true, a: 1 } };
  expect(await compileExpression("=input.f.a").evaluate(scopeOf({ input }))).toBeUndefined();
});

test("the scope is the same after an evaluation", async () => {
  const scope = scopeOf({
    input: { list: [{ a: 1 }], object: { b: 2 }, one: [3] },
    nodes: { n: { status: "completed", output: { c: 4 } } },
  });
  const before = structuredClone(scope);
  for (const source of [
    "=input.list[]",
    "=input.one[]",
    "=input.list#$i.($i)",
    "=input.object ~> |$$.input.object|{'added': 1}|",
    "=input.object()",
    "=($f := nodes.n.output; $f())",
    "=$sort(input.one)",
    "=$append(input.one, 1)",
    "=input.list@$x.input.object",
    "=input.list^(>a)",
  ]) {
    await Promise.resolve(compileExpression(source).evaluate(scope)).catch(() => undefined);
    expect(Reflect.ownKeys(scope.input as object), source).toEqual(["list", "object", "one"]);
    expect(scope, source).toStrictEqual(before);
  }
});

test.each<[string, readonly string[] | "all"]>([
  ["=input.nodes.x", []],
  ["=nodes.a.output", ["a"]],
  ["=nodes.`a-b`.output", ["a-b"]],
  ["=nodes.'a b'.output", ["a b"]],
  ["=$.nodes.a", ["a"]],
  ["=$$.nodes.a", ["a"]],
  ["=input.items.($$.nodes.a.output + 1)", ["a"]],
  ["=input[nodes.a]", []],
  ["={'x': nodes.a.output, 'y': [nodes.b.output]}", ["a", "b"]],
  ["=$map(input.l, function($v) { $v & nodes.q.output })", ["q"]],
  ["=nodes.a.output ?? nodes.b.output", ["a", "b"]],
  ["=nodes.a.output.items[score > 10]", ["a"]],
  ["=nodes.a.output.items[$$.nodes.b.output]", ["b", "a"]],
  ["=input ~> $lookup('nodes')", []],
  ["=nodes", "all"],
  ["=nodes.*", "all"],
  ["=*", "all"],
  ["=**.output", "all"],
  ["=$lookup(nodes, 'a')", "all"],
  ["=$lookup($, 'nodes')", "all"],
  ["=$lookup('nodes')", "all"],
  ["=$string()", "all"],
  ["=($k := $spread; $k())", "all"],
  ["=($all := $; $all.nodes.a)", "all"],
  ["=($).nodes.a", "all"],
  ["=nodes ~> $keys", "all"],
  ["=nodes['a']", "all"],
  ["=input@$i.nodes.a", "all"],
  ["=input.a.%.%.nodes.x", "all"],
])("%s reads %j of the nodes", (source, expected) => {
  const found = refs(source);
  expect(found === "all" ? found : [...found].sort()).toEqual(
    expected === "all" ? expected : [...expected].sort(),
  );
});

test.each<[string, boolean]>([
  ["=$contains(input.a, /x+/)", true],
  ["=$distinct(input.list)", true],
  ["=$pad(input.a, 10)", true],
  ["=$toMillis(input.at, '[Y]')", true],
  ["=($f := function($n) { $f($n + 1) }; $f(0))", true],
  ["=(function($f) { $f($f) })(function($f) { $f($f) })", true],
  ["=($m := function($x) { $map([1, 2], $m) }; $m(1))", true],
  ["=[1] ~> ($map := function($x) { $map($x) })", true],
  ["=$map(input.list, function($v) { $v + 1 })", false],
  ["=$toMillis(input.at)", false],
  ["=$contains(input.a, 'x')", false],
  ["=$reduce(input.list, function($a, $b) { $a + $b })", false],
  ["=input.list ~> $sum", false],
])("%s must be isolated: %s", (source, expected) => {
  expect(compileExpression(source).mustIsolate).toBe(expected);
});

test("the paths that an expression reads from the scope are known by their first three names", () => {
  const source = "=$map(inputs.list[a], function($v) { $v.b & nodes.f.body.text & $$.run.id })";
  expect(compileExpression(source).scopeReads).toEqual([
    ["inputs", "list"],
    ["nodes", "f", "body"],
    ["run", "id"],
  ]);
  expect(compileExpression("=nodes.f.output.text").scopeReads).toEqual([["nodes", "f", "output"]]);
});

test("an expression that does not compile names the column", () => {
  expect(() => compileExpression("=input.(")).toThrow(
    expect.objectContaining({
      code: "EXPRESSION",
      source: "=input.(",
      position: 8,
      message: 'Expected ")" before end of expression',
    }),
  );
  expect(() => compileExpression("=")).toThrow("Unexpected end of expression");
  expect(() => compileExpression("input")).toThrow("An expression begins with one `=`.");
});

test.each(["=$eval('1')", "=($e := $eval; $e('1'))", "='1' ~> $eval", "=$map(['1'], $eval)"])(
  "$eval is not allowed: %s",
  (source) => {
    expect(() => compileExpression(source)).toThrow("$eval is not allowed");
  },
);

test.each([
  ["=1 / 0", "Its result is not JSON: it holds Infinity."],
  ["=$sum", "Its result is not JSON: it holds a function."],
  ["={'f': function($x) { $x }}", "Its result is not JSON: it holds a function."],
  ["=1 + 'a'", 'The right side of the "+" operator must evaluate to a number'],
  ["=($f := function($n) { 1 + $f($n + 1) }; $f(0))", "It nests deeper than 500 calls."],
  ["=($f := function() { $f() }; $f())", "It took longer than 1000 ms."],
  ["=$error('no ' & input)", "no luck"],
])("%s fails: %s", async (source, message) => {
  await expect(compileExpression(source).evaluate(scopeOf({ input: "luck" }))).rejects.toThrow(
    message,
  );
});

test("a result is plain JSON without JSONata's flags", async () => {
  const scope = scopeOf({ input: { list: [{ a: 1 }, { a: 2 }, {}] } });
  const result = await compileExpression("=input.list[].a").evaluate(scope);
  expect(Object.keys(result as object)).toEqual(["0", "1"]);
  expect(await compileExpression("=input.list.none").evaluate(scope)).toBeUndefined();
});

test("the same text is compiled once", () => {
  expect(compileExpression("=$sum(input.once)")).toBe(compileExpression("=$sum(input.once)"));
});
