import type { JsonValue } from "../model/json.ts";

const deepest = 1000;

/**
 * A copy of what JSONata returned as plain JSON: its sequence flags are gone, an undefined member is
 * left out of an object and is null in an array. Throws `NotPlainJson` for a function, NaN, Infinity,
 * a cycle or more than 1000 levels.
 */
export function toPlainJson(value: unknown, depth = 0): JsonValue | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return value;
    case "number":
      if (!Number.isFinite(value)) throw new NotPlainJson(String(value));
      return value;
    case "object":
      if (value === null) return null;
      if (depth >= deepest) throw new NotPlainJson(`more than ${deepest} levels, or a cycle`);
      return Array.isArray(value)
        ? value.map((item) => toPlainJson(item, depth + 1) ?? null)
        : copyObject(value, depth);
    case "function":
      throw new NotPlainJson("a function");
    case "symbol":
    case "bigint":
      throw new NotPlainJson(`a ${typeof value}`);
  }
}

export class NotPlainJson extends Error {
  override readonly name = "NotPlainJson";
}

function copyObject(value: object, depth: number): JsonValue {
  const copy: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) {
    const plain = toPlainJson(member, depth + 1);
    if (plain === undefined) continue;
    if (key === "__proto__") {
      // An assignment would set the prototype.
      Object.defineProperty(copy, key, {
        value: plain,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else copy[key] = plain;
  }
  return copy;
}
