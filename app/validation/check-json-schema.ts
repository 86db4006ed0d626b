import { Validator, type OutputUnit, type Schema } from "@cfworker/json-schema";
import type { JsonObject, JsonValue } from "../model/json.ts";
import { describeViolation, pointerOf, type SchemaViolation } from "./describe-violation.ts";

export type { SchemaViolation };

/**
 * Checks a value against a JSON Schema, draft 2020-12: run inputs, node inputs and outputs, answers.
 * Places in `dynamic` (JSON pointers) may hold anything: what will stand there is not known yet.
 */
export function checkJsonSchema(check: {
  readonly schema: JsonObject;
  readonly value: JsonValue;
  readonly dynamic?: readonly string[];
}): readonly SchemaViolation[] {
  const { schema, value, dynamic = [] } = check;
  const errors = findErrors(schema, value);
  if (!Array.isArray(errors)) {
    return [{ pointer: "", message: "its JSON Schema is broken", ...errors }];
  }
  const choices = choicesAmong(errors);
  const violations: SchemaViolation[] = [];
  for (const [index, error] of errors.entries()) {
    if (violations.length >= mostViolations) break;
    if (!isOwnFault(error, choices) || dependsOn(dynamic, error)) continue;
    // What forbids a member comes just before the error at the member.
    violations.push(describeViolation(error, { schema, value, before: errors[index - 1] }));
  }
  return violations;
}

/** As many as a person would read. */
const mostViolations = 100;

interface Validators {
  readonly complete: Validator;
  /** Stops at the first error: for values with so many that the other one runs out of stack. */
  readonly brief: Validator;
}

const validators = new WeakMap<JsonObject, Validators>();

function findErrors(
  schema: JsonObject,
  value: JsonValue,
): OutputUnit[] | Pick<SchemaViolation, "found" | "expected"> {
  try {
    const { complete, brief } = validatorsOf(schema);
    try {
      return complete.validate(value).errors;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return brief.validate(value).errors;
    }
  } catch (error) {
    // A reference that leads nowhere or never ends, a pattern that is none.
    const message = error instanceof Error ? error.message : String(error);
    return { found: message.split("\n")[0] ?? "", expected: "a JSON Schema" };
  }
}

function validatorsOf(schema: JsonObject): Validators {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  // The library writes into the schema it is given. It takes any JSON object for a schema.
  const copy = structuredClone(schema) as Schema;
  const made = {
    complete: new Validator(copy, "2020-12", false),
    brief: new Validator(copy, "2020-12", true),
  };
  validators.set(schema, made);
  return made;
}

/** These only say that something below them is wrong, and that stands in the list itself. */
const containers = new Set(
  (
    "$ref $recursiveRef allOf if dependentSchemas properties patternProperties additionalProperties " +
    "unevaluatedProperties propertyNames items prefixItems additionalItems unevaluatedItems"
  ).split(" "),
);
/** Of these the alternatives' own errors would only confuse. */
const alternatives = new Set(["anyOf", "oneOf", "not", "contains"]);

function isOwnFault(error: OutputUnit, choices: readonly string[]): boolean {
  if (containers.has(error.keyword)) return false;
  return !choices.some((choice) => error.keywordLocation.startsWith(choice));
}

/** Where the schema lets choose, as beginnings of keyword locations. */
function choicesAmong(errors: readonly OutputUnit[]): readonly string[] {
  const locations = new Set<string>();
  for (const { keyword, keywordLocation } of errors) {
    if (alternatives.has(keyword)) locations.add(`${keywordLocation}/`);
  }
  return [...locations];
}

/** Keywords that look at a whole value, so that one unknown place in it leaves them open. */
const wholeValue = new Set(["enum", "const", "uniqueItems", "maxProperties", "minProperties"]);

function dependsOn(dynamic: readonly string[], error: OutputUnit): boolean {
  // A name that is not allowed is none, whatever its value will be.
  if (dynamic.length === 0 || error.keyword === "false") return false;
  const pointer = pointerOf(error);
  const isWhole = wholeValue.has(error.keyword) || alternatives.has(error.keyword);
  return dynamic.some((place) => place === pointer || (isWhole && place.startsWith(`${pointer}/`)));
}
