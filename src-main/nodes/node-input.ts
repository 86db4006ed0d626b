import { HandlerError } from "../../app/engine/handler-error.ts";
import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import { isJsonObject } from "../../app/model/json.ts";

// Reads one field of a node's resolved input; absent and null are the same. Every error is
// INVALID_INPUT, before any effect. Values never stand in a message: they may be secrets.

export function requireText(input: JsonObject, field: string): string {
  const text = getText(input, field);
  if (text === null || text === "") throw invalidInput(field, "a text");
  return text;
}

export function getText(input: JsonObject, field: string): string | null {
  const value = input[field] ?? null;
  if (value !== null && typeof value !== "string") throw invalidInput(field, "a text");
  return value;
}

export function getBoolean(input: JsonObject, field: string, fallback: boolean): boolean {
  const value = input[field] ?? fallback;
  if (typeof value !== "boolean") throw invalidInput(field, "true or false");
  return value;
}

export function getInteger(
  input: JsonObject,
  field: string,
  bounds: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const value = input[field] ?? bounds.fallback;
  if (
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= bounds.min &&
    value <= bounds.max
  ) {
    return value;
  }
  throw invalidInput(field, `a whole number from ${bounds.min} to ${bounds.max}`);
}

export function getChoice<Choice extends string>(
  input: JsonObject,
  field: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = input[field] ?? choices[0];
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw invalidInput(field, `one of ${choices.join(", ")}`);
  return choice;
}

export function getTextList(input: JsonObject, field: string): readonly string[] {
  const value = input[field] ?? [];
  if (!Array.isArray(value)) throw invalidInput(field, "a list of texts");
  return value.map((item: JsonValue, index) => {
    if (typeof item !== "string") throw invalidInput(`${field}/${index}`, "a text");
    return item;
  });
}

/** Numbers and booleans are taken as their text. */
export function getTextMap(input: JsonObject, field: string): Readonly<Record<string, string>> {
  const value = input[field] ?? {};
  if (!isJsonObject(value)) throw invalidInput(field, "an object of texts");
  const entries = Object.entries(value).map(([key, item]) => {
    if (typeof item === "object") throw invalidInput(`${field}/${key}`, "a text");
    return [key, String(item)] as const;
  });
  return Object.fromEntries(entries);
}

export function invalidInput(field: string, expected: string): HandlerError {
  return new HandlerError("INVALID_INPUT", `The field "${field}" must be ${expected}.`, {
    retryable: false,
    effectNotStarted: true,
    details: { field },
  });
}
