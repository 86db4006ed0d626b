import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import { appendPointer, valueAtPointer } from "../model/json-pointer.ts";
import { nearestName } from "./nearest-name.ts";
import { showNames, showValue } from "./problem.ts";

/** Why a JSON Schema, draft 2020-12, cannot be used. */
export interface SchemaProblem {
  /** RFC 6901, in the schema. */
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * The first mistake in a JSON Schema, or null. Keywords that nobody knows are annotations and allowed,
 * unless they look like a typing error of a known one. References stay within the schema.
 */
export function findSchemaProblem(schema: JsonValue): SchemaProblem | null {
  return findInSchema({ schema, root: schema, pointer: "" });
}

interface Place {
  readonly schema: JsonValue;
  readonly root: JsonValue;
  readonly pointer: string;
}

function findInSchema(place: Place): SchemaProblem | null {
  const { schema, pointer } = place;
  if (typeof schema === "boolean") return null;
  if (!isJsonObject(schema))
    return { pointer, found: showValue(schema), expected: "a JSON Schema" };
  for (const [keyword, value] of Object.entries(schema)) {
    const at = appendPointer(pointer, keyword);
    const rule = keywords.get(keyword);
    const problem =
      rule === undefined
        ? findTypingError(keyword, at)
        : rule({ schema: value, root: place.root, pointer: at });
    if (problem !== null) return problem;
  }
  return null;
}

function findTypingError(keyword: string, pointer: string): SchemaProblem | null {
  if (keyword.startsWith("x-")) return null;
  const nearest = nearestName(keyword, keywords.keys());
  if (nearest === null) return null;
  return { pointer, found: `"${keyword}"`, expected: `"${nearest}", if that is meant` };
}

type Rule = (place: Place) => SchemaProblem | null;

const draft = "https://json-schema.org/draft/2020-12/schema";
const types = ["null", "boolean", "object", "array", "number", "string", "integer"];

/** A rule that a value fits or not. */
function must(expected: string, fits: (value: JsonValue, root: JsonValue) => boolean): Rule {
  return ({ schema, root, pointer }) =>
    fits(schema, root) ? null : { pointer, found: showValue(schema), expected };
}

const any: Rule = () => null;
const isCount = must(
  "a whole number from 0",
  (value) => typeof value === "number" && Number.isInteger(value) && value >= 0,
);
const isNumber = must("a number", (value) => typeof value === "number");
const isText = must("a string", (value) => typeof value === "string");
const isFlag = must("true or false", (value) => typeof value === "boolean");
const isList = must("an array", (value) => Array.isArray(value));
const isNames = must("an array of strings", isStrings);
const isPattern = must(
  "a regular expression",
  (value) => typeof value === "string" && isRegularExpression(value),
);
const isType = must(`one of ${showNames(types)}, or an array of them`, (value) =>
  typeof value === "string"
    ? types.includes(value)
    : isStrings(value) && value.length > 0 && value.every((type) => types.includes(type)),
);
const isLocalReference = must(
  "a reference within this schema, like #/$defs/item",
  (value, root) => typeof value === "string" && leadsSomewhere(value, root),
);

const schemas: Rule = (place) => {
  const problem = isList(place);
  if (problem !== null || !Array.isArray(place.schema)) return problem;
  return firstOf((place.schema as readonly JsonValue[]).entries(), place, findInSchema);
};

const schemaMap: Rule = (place) =>
  isJsonObject(place.schema)
    ? firstOf(Object.entries(place.schema), place, findInSchema)
    : { pointer: place.pointer, found: showValue(place.schema), expected: "an object of schemas" };

const patternMap: Rule = (place) => {
  for (const pattern of isJsonObject(place.schema) ? Object.keys(place.schema) : []) {
    const pointer = appendPointer(place.pointer, pattern);
    const problem = isPattern({ ...place, schema: pattern, pointer });
    if (problem !== null) return problem;
  }
  return schemaMap(place);
};

const nameMap: Rule = (place) =>
  isJsonObject(place.schema)
    ? firstOf(Object.entries(place.schema), place, isNames)
    : { pointer: place.pointer, found: showValue(place.schema), expected: "an object of names" };

function firstOf(
  members: Iterable<readonly [string | number, JsonValue]>,
  place: Place,
  rule: Rule,
): SchemaProblem | null {
  for (const [key, schema] of members) {
    const problem = rule({ ...place, schema, pointer: appendPointer(place.pointer, key) });
    if (problem !== null) return problem;
  }
  return null;
}

const keywords: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["$schema", must(`"${draft}"`, (value) => value === draft)],
  ["$id", isText],
  ["$ref", isLocalReference],
  ["$defs", schemaMap],
  ["$comment", isText],
  ["$anchor", isText],
  ["type", isType],
  ["enum", isList],
  ["const", any],
  ...entries(["title", "description", "format", "contentEncoding", "contentMediaType"], isText),
  ...entries(["default"], any),
  ...entries(["examples"], isList),
  ...entries(["deprecated", "readOnly", "writeOnly", "uniqueItems"], isFlag),
  ...entries(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], isNumber),
  ["multipleOf", must("a number above 0", (value) => typeof value === "number" && value > 0)],
  ...entries(["minLength", "maxLength", "minItems", "maxItems"], isCount),
  ...entries(["minProperties", "maxProperties", "minContains", "maxContains"], isCount),
  ["pattern", isPattern],
  ["required", isNames],
  ["dependentRequired", nameMap],
  ...entries(["properties", "dependentSchemas"], schemaMap),
  ["patternProperties", patternMap],
  ...entries(["allOf", "anyOf", "oneOf", "prefixItems"], schemas),
  ...entries(["items", "contains", "additionalProperties", "propertyNames", "not"], findInSchema),
  ...entries(["if", "then", "else", "unevaluatedItems", "unevaluatedProperties"], findInSchema),
]);

function entries(names: readonly string[], rule: Rule): readonly (readonly [string, Rule])[] {
  return names.map((name) => [name, rule]);
}

function isStrings(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRegularExpression(text: string): boolean {
  try {
    // The validator compiles it with this flag, too.
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function leadsSomewhere(reference: string, root: JsonValue): boolean {
  if (reference === "#") return true;
  if (reference.startsWith("#/")) {
    return valueAtPointer(root, decodeURIComponent(reference.slice(1))) !== undefined;
  }
  return reference.startsWith("#") && hasAnchor(root, reference.slice(1));
}

function hasAnchor(value: JsonValue, name: string): boolean {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).some((item) => hasAnchor(item, name));
  }
  if (!isJsonObject(value)) return false;
  const object: JsonObject = value;
  return (
    object["$anchor"] === name || Object.values(object).some((member) => hasAnchor(member, name))
  );
}
