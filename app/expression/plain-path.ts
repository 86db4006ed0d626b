import type { ExpressionScope } from "./expression-scope.ts";

/** `input.a.b`: names only, read from the scope without JSONata. */
const plainPath = /^\s*[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\s*$/;

/** These are no names to JSONata, or not everywhere. */
const keywords = new Set(["and", "or", "in", "true", "false", "null"]);

/** The names of a plain path, or null when JSONata has to read the text. */
export function parsePlainPath(text: string): readonly string[] | null {
  if (!plainPath.test(text)) return null;
  const names = text.trim().split(".");
  return names.some((name) => keywords.has(name)) ? null : names;
}

/** Stands for "only JSONata can tell": an array on the way, which it maps over. */
export const needsJsonata: unique symbol = Symbol("needsJsonata");

/** The value at the path, never from a prototype; undefined when a step is missing. */
export function readPlainPath(scope: ExpressionScope, names: readonly string[]): unknown {
  let value: unknown = scope;
  for (const name of names) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) || looksLikeFunction(value)) return needsJsonata;
    if (!Object.hasOwn(value, name)) return undefined;
    // Own property of an object, checked above.
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** JSONata takes an object with one of these members for a function and does not look inside. */
function looksLikeFunction(value: object): boolean {
  return "_jsonata_function" in value || "_jsonata_lambda" in value;
}
