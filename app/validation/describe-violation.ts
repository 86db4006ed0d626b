import type { OutputUnit } from "@cfworker/json-schema";
import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import { parsePointer, toPointer, valueAtPointer } from "../model/json-pointer.ts";
import { showNames, showValue } from "./problem.ts";

/** Where a value breaks its JSON Schema. */
export interface SchemaViolation {
  /** RFC 6901, in the value. */
  readonly pointer: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** An unknown name, and those that are known in its place. */
  readonly nearestTo?: { readonly name: string; readonly known: readonly string[] };
}

/** Says in our words what the validator found. */
export function describeViolation(
  error: OutputUnit,
  checked: {
    readonly schema: JsonObject;
    readonly value: JsonValue;
    /** The validator's error before this one. */
    readonly before: OutputUnit | undefined;
  },
): SchemaViolation {
  const { schema, before } = checked;
  const pointer = pointerOf(error);
  const value = valueAtPointer(checked.value, pointer);
  const common = { pointer, found: showValue(value) };
  const { keyword } = error;
  if (keyword === "false") return { ...common, ...describeForbidden({ schema, pointer, before }) };
  const rule = ruleAt(schema, error.keywordLocation);
  if (keyword === "required") {
    const missing = missingName({ rule, value, text: error.error });
    const expected = `a member "${missing}"`;
    return { ...common, message: `"${missing}" is missing`, found: namesIn(value), expected };
  }
  const isWord = keyword === "enum" && typeof value === "string";
  return {
    ...common,
    message: "this value does not fit",
    expected: expectedBy(keyword, rule) ?? error.error,
    ...(isWord ? { nearestTo: { name: value, known: stringsOf(rule) } } : {}),
  };
}

/** RFC 6901, in the value; the validator writes it as a URI fragment. */
export function pointerOf(error: OutputUnit): string {
  return decodeURIComponent(error.instanceLocation.slice(1));
}

/** A member that `additionalProperties: false` or a schema that is `false` forbids. */
function describeForbidden(forbidden: {
  readonly schema: JsonObject;
  readonly pointer: string;
  readonly before: OutputUnit | undefined;
}): Pick<SchemaViolation, "message" | "expected" | "nearestTo"> {
  const { schema, pointer, before } = forbidden;
  const isUnknownName =
    before?.keyword === "additionalProperties" || before?.keyword === "unevaluatedProperties";
  const parent = isUnknownName ? ruleAt(schema, parentOf(before.keywordLocation)) : undefined;
  const properties = isJsonObject(parent) ? parent["properties"] : undefined;
  if (!isJsonObject(properties))
    return { message: "this is not allowed here", expected: "nothing" };
  const name = parsePointer(pointer).at(-1) ?? "";
  const known = Object.keys(properties);
  return {
    message: `the name "${name}" is unknown here`,
    expected: known.length === 0 ? "no members" : `one of ${showNames(known)}`,
    nearestTo: { name, known },
  };
}

function parentOf(keywordLocation: string): string {
  return keywordLocation.slice(0, keywordLocation.lastIndexOf("/"));
}

function namesIn(value: JsonValue | undefined): string {
  return isJsonObject(value) ? `members ${showNames(Object.keys(value))}` : showValue(value);
}

function missingName(required: {
  readonly rule: JsonValue | undefined;
  readonly value: JsonValue | undefined;
  readonly text: string;
}): string {
  const { rule, value, text } = required;
  const missing = stringsOf(rule).filter(
    (name) => !isJsonObject(value) || !Object.hasOwn(value, name),
  );
  // Several may be missing, each with an error of its own that quotes the name.
  return missing.find((name) => text.includes(`"${name}"`)) ?? missing[0] ?? "";
}

function expectedBy(keyword: string, rule: JsonValue | undefined): string | null {
  if (rule === undefined) return null;
  switch (keyword) {
    case "type":
      return (typeof rule === "string" ? [rule] : stringsOf(rule)).map(article).join(" or ");
    case "enum":
      return Array.isArray(rule) ? `one of ${rule.map(showValue).join(", ")}` : null;
    case "const":
      return showValue(rule);
    case "pattern":
      return `text that matches ${showValue(rule)}`;
    case "format":
      return `text of the format ${showValue(rule)}`;
    case "minimum":
      return `at least ${showValue(rule)}`;
    case "maximum":
      return `at most ${showValue(rule)}`;
    case "exclusiveMinimum":
      return `more than ${showValue(rule)}`;
    case "exclusiveMaximum":
      return `less than ${showValue(rule)}`;
    case "minLength":
      return `at least ${showValue(rule)} characters`;
    case "maxLength":
      return `at most ${showValue(rule)} characters`;
    case "minItems":
      return `at least ${showValue(rule)} items`;
    case "maxItems":
      return `at most ${showValue(rule)} items`;
    case "uniqueItems":
      return "each item once";
    case "anyOf":
    case "oneOf":
      return Array.isArray(rule)
        ? (titlesOf(rule) ??
            `${keyword === "anyOf" ? "at least" : "exactly"} one of ${rule.length} forms`)
        : null;
    default:
      return null;
  }
}

function titlesOf(forms: readonly JsonValue[]): string | null {
  const titles = forms.map((form) => (isJsonObject(form) ? form["title"] : undefined));
  const texts = titles.filter((title) => typeof title === "string");
  return texts.length === forms.length ? showNames(texts) : null;
}

function article(type: string): string {
  if (type === "null") return "null";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** The value of the keyword that failed, found by walking the schema and its local references. */
function ruleAt(schema: JsonObject, keywordLocation: string): JsonValue | undefined {
  let rule: JsonValue | undefined = schema;
  for (const step of parsePointer(decodeURIComponent(keywordLocation.slice(1)))) {
    rule = valueAtPointer(rule, toPointer([step]));
    if (step === "$ref" && typeof rule === "string" && rule.startsWith("#")) {
      rule = valueAtPointer(schema, decodeURIComponent(rule.slice(1)));
    }
  }
  return rule;
}

function stringsOf(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).filter((item) => typeof item === "string");
}
