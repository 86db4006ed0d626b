import { isJsonObject, type JsonValue } from "./json.ts";

/**
 * RFC 8785 (JSON Canonicalization Scheme): no spaces, names sorted by UTF-16 code units, numbers and
 * strings as ECMAScript writes them. Throws a RangeError for a lone surrogate or a number that is not
 * finite, as the RFC demands.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no canonical JSON.`);
    return JSON.stringify(value);
  }
  if (isJsonObject(value)) {
    // Without a comparer sort() goes by UTF-16 code units.
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${canonicalString(key)}:${canonicalJson(requireMember(value, key))}`);
    return `{${members.join(",")}}`;
  }
  if (Array.isArray(value)) {
    return `[${(value as readonly JsonValue[]).map(canonicalJson).join(",")}]`;
  }
  return JSON.stringify(value);
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("A lone surrogate has no canonical JSON.");
  return JSON.stringify(text);
}

function requireMember(value: { readonly [key: string]: JsonValue }, key: string): JsonValue {
  const member = value[key];
  if (member === undefined)
    throw new RangeError(`The member "${key}" is undefined, which is not JSON.`);
  return member;
}
