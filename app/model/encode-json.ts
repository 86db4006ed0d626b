import { toPointer } from "./json-pointer.ts";

/** A value that JSON cannot hold, such as an output with a function, a cycle or NaN in it. */
export class UnserialisableError extends Error {
  override readonly name = "UnserialisableError";
  readonly code = "OUTPUT_NOT_JSON" as const;
  /** RFC 6901: the offending field. */
  readonly pointer: string;
  /** What stands there, like `a function`. */
  readonly found: string;

  constructor(pointer: string, found: string) {
    const where = pointer === "" ? "The value" : `The value at ${pointer}`;
    super(`${where} is ${found}, which JSON cannot hold. Return plain JSON values.`);
    this.pointer = pointer;
    this.found = found;
  }
}

/** More values than a text of the largest payload (100 MB) can have; members shared by many parents count again. */
const mostValues = 50_000_000;
const deepest = 1_000;

/**
 * The JSON text of a value, after checking that nothing in it would be lost. Throws
 * `UnserialisableError` for functions, symbols, BigInt, NaN, Infinity, cycles, class instances (Map,
 * Date, Error, …), and undefined or an empty slot in an array. Members of objects that are undefined
 * are left out, as are names that an array has besides its items; -0 becomes 0; `toJSON` is not called.
 */
export function encodeJson(value: unknown): string {
  const budget = { values: mostValues };
  const problem = findProblem(value, 0, budget);
  if (problem !== null) {
    throw new UnserialisableError(toPointer(problem.path.toReversed()), problem.found);
  }
  // Only functions, symbols and undefined give no text, and those were refused.
  return JSON.stringify(value);
}

/** `path` grows from the offending value up to the root. */
interface JsonProblem {
  readonly found: string;
  readonly path: (string | number)[];
}

function findProblem(
  value: unknown,
  depth: number,
  budget: { values: number },
): JsonProblem | null {
  switch (typeof value) {
    case "string":
    case "boolean":
      return null;
    case "number":
      return Number.isFinite(value) ? null : { found: String(value), path: [] };
    case "object":
      if (value === null) return null;
      if (depth > deepest) return { found: "a cycle or deeper than 1000 levels", path: [] };
      return Array.isArray(value)
        ? findInArray(value, depth, budget)
        : findInObject(value, depth, budget);
    case "undefined":
      return { found: "undefined", path: [] };
    case "function":
      return { found: "a function", path: [] };
    case "symbol":
      return { found: "a symbol", path: [] };
    case "bigint":
      return { found: "a BigInt", path: [] };
  }
}

/** Each value counts where its parent is looked into: a wide list that is shared takes as long as many small ones. */
function tooMany(): JsonProblem {
  return { found: "more than 50,000,000 values", path: [] };
}

function findInArray(
  items: readonly unknown[],
  depth: number,
  budget: { values: number },
): JsonProblem | null {
  if ("toJSON" in items) return { found: "an array with a toJSON method", path: [] };
  if ((budget.values -= items.length) < 0) return tooMany();
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    // Most items need no call.
    if (typeof item === "string") continue;
    const problem =
      item === undefined && !(index in items)
        ? { found: "an empty slot", path: [] }
        : findProblem(item, depth + 1, budget);
    if (problem !== null) {
      problem.path.push(index);
      return problem;
    }
  }
  return null;
}

function findInObject(
  value: object,
  depth: number,
  budget: { values: number },
): JsonProblem | null {
  if (!isPlainObject(value)) return { found: describeInstance(value), path: [] };
  const keys = Object.keys(value);
  if ((budget.values -= keys.length) < 0) return tooMany();
  for (const key of keys) {
    // Own enumerable member of a plain object.
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member === undefined || typeof member === "string") continue;
    const problem = findProblem(member, depth + 1, budget);
    if (problem !== null) {
      problem.path.push(key);
      return problem;
    }
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    return { found: "an object with a symbol as a name", path: [] };
  }
  return null;
}

/** Literals, `Object.create(null)`, and the same from another realm. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf")
  );
}

function describeInstance(value: object): string {
  if (value instanceof Error) return `an Error ("${value.message.slice(0, 80)}")`;
  const constructor: unknown = "constructor" in value ? value.constructor : undefined;
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" ? "an object with its own prototype" : `an instance of ${name}`;
}
