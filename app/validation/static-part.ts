import { isExpression } from "../expression/compiled-expression.ts";
import { secretNameOf } from "../expression/template.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import { appendPointer } from "../model/json-pointer.ts";

/** A `with` as far as it is known before a run: literals as they will be, and where the rest stands. */
export interface StaticPart {
  readonly value: JsonValue;
  /** JSON pointers to the expressions and secrets. */
  readonly dynamic: readonly string[];
}

export function staticPartOf(template: JsonValue): StaticPart {
  const dynamic: string[] = [];
  const value = literalPart(template, "", dynamic);
  return { value, dynamic };
}

function literalPart(value: JsonValue, pointer: string, dynamic: string[]): JsonValue {
  if (typeof value === "string") {
    if (isExpression(value)) dynamic.push(pointer);
    return value.replace(/^==/, "=");
  }
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, index) =>
      literalPart(item, appendPointer(pointer, index), dynamic),
    );
  }
  if (!isJsonObject(value)) return value;
  if (secretNameOf(value) !== null) {
    dynamic.push(pointer);
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      literalPart(member, appendPointer(pointer, key), dynamic),
    ]),
  );
}
