import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeJson, UnserialisableError } from "./encode-json.ts";

class Point {
  x = 1;
}
const cycle: Record<string, unknown> = { a: {} };
cycle["a"] = { back: cycle };
const sparse = [1, 2];
sparse.length = 3;

test.each<[string, unknown, string, string]>([
  ["a function", { a: { "b/c": [0, () => 1] } }, "/a/b~1c/1", "a function"],
  ["a symbol", [Symbol("s")], "/0", "a symbol"],
  ["undefined in an array", { a: [undefined] }, "/a/0", "undefined"],
  ["an empty slot", sparse, "/2", "an empty slot"],
  ["undefined itself", undefined, "", "undefined"],
  ["NaN", { n: Number.NaN }, "/n", "NaN"],
  ["Infinity", [-Infinity], "/0", "-Infinity"],
  ["a BigInt", { n: 1n }, "/n", "a BigInt"],
  ["a Map", { m: new Map() }, "/m", "an instance of Map"],
  ["a Set", { m: new Set() }, "/m", "an instance of Set"],
  ["a Date", { at: new Date(0) }, "/at", "an instance of Date"],
  ["an Error", { e: new TypeError("broken") }, "/e", 'an Error ("broken")'],
  ["a class instance", [new Point()], "/0", "an instance of Point"],
  ["a boxed string", [new String("x")], "/0", "an instance of String"],
  ["bytes", { b: new Uint8Array(2) }, "/b", "an instance of Uint8Array"],
  ["a symbol as a name", { a: { [Symbol("s")]: 1 } }, "/a", "an object with a symbol as a name"],
  ["toJSON", { toJSON: () => "other" }, "/toJSON", "a function"],
])("%s is refused with its pointer", (_name, value, pointer, found) => {
  expect(() => encodeJson(value)).toThrow(
    expect.objectContaining({ code: "OUTPUT_NOT_JSON", pointer, found }),
  );
});

test("a cycle is refused, not followed for ever", () => {
  expect(() => encodeJson(cycle)).toThrow("a cycle or deeper than 1000 levels");
});

test.each<[string, unknown]>([
  ["numbers", Array.from({ length: 100_000 }, () => 0)],
  ["strings", Array.from({ length: 100_000 }, () => "")],
  ["members", Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, true]))],
])(
  "a value that shares %s doubles at each level and is refused by its number of values",
  (_name, leaf) => {
    let shared = leaf;
    for (let level = 0; level < 40; level++) shared = [shared, shared];
    expect(() => encodeJson(shared)).toThrow("more than 50,000,000 values");
  },
);

test("a thousand levels are encoded, more are refused", () => {
  const nest = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  expect(encodeJson(nest(1_000))).toHaveLength(2_000);
  expect(() => encodeJson(nest(1_100))).toThrow(UnserialisableError);
});

test("a member that is undefined is left out", () => {
  expect(encodeJson({ a: undefined, b: null })).toBe('{"b":null}');
});

test("a lone surrogate survives the way there and back", () => {
  expect(JSON.parse(encodeJson(["\ud800x"]))).toEqual(["\ud800x"]);
});

test("plain objects without a prototype or from another realm are plain", () => {
  const bare = Object.assign(Object.create(null) as object, { a: 1 });
  expect(encodeJson(bare)).toBe('{"a":1}');
  expect(encodeJson(runInNewContext("({ a: [1] })"))).toBe('{"a":[1]}');
});

test("every JSON value is encoded as JSON.stringify does", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(encodeJson(value)).toBe(JSON.stringify(value));
    }),
  );
});

test("what is not refused is what was given: nothing is lost on the way", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      let text: string;
      try {
        text = encodeJson(value);
      } catch (error) {
        expect(error).toBeInstanceOf(UnserialisableError);
        return;
      }
      // toEqual takes an undefined member for a missing one, and -0 for 0 after adding 0.
      expect(JSON.parse(text)).toEqual(withoutNegativeZero(value));
    }),
    { numRuns: 1_000 },
  );
});

function withoutNegativeZero(value: unknown): unknown {
  if (typeof value === "number") return value + 0;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutNegativeZero(member)]),
  );
}
