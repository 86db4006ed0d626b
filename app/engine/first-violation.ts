import type { JsonValue } from "../model/json.ts";
import { isJsonObject } from "../model/json.ts";
import type { SchemaViolation } from "../validation/check-json-schema.ts";
import { checkJsonSchema } from "../validation/check-json-schema.ts";

/**
 * Where `value` first breaks the schema; null when it fits, or when there is no schema. What stands at
 * the JSON pointers in `dynamic` may be anything.
 */
export function firstViolation(
  schema: JsonValue | undefined,
  value: JsonValue,
  dynamic: readonly string[] = [],
): SchemaViolation | null {
  if (!isJsonObject(schema) || Object.keys(schema).length === 0) return null;
  return checkJsonSchema({ schema, value, dynamic })[0] ?? null;
}
