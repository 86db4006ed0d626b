import { isJsonObject, type JsonValue } from "./json.ts";

/** Adds a step to an RFC 6901 JSON pointer; `""` is the whole document. */
export function appendPointer(pointer: string, step: string | number): string {
  return `${pointer}/${escapePointerStep(String(step))}`;
}

/** The pointer to the end of a path of member names and array indexes. */
export function toPointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${escapePointerStep(String(step))}`).join("");
}

/** The steps of a pointer; array indexes stay text. */
export function parsePointer(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at the pointer, or undefined when there is none. */
export function valueAtPointer(
  root: JsonValue | undefined,
  pointer: string,
): JsonValue | undefined {
  return valueAtPath(root, parsePointer(pointer));
}

export function valueAtPath(
  root: JsonValue | undefined,
  path: readonly (string | number)[],
): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(step)];
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

function escapePointerStep(step: string): string {
  return step.includes("~") || step.includes("/")
    ? step.replaceAll("~", "~0").replaceAll("/", "~1")
    : step;
}
