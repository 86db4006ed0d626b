import { isJsonObject, type JsonObject, type JsonValue } from "../../app/model/json.ts";

/** One field of a form, made from one property of a JSON Schema. */
export interface FormField {
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly isRequired: boolean;
  readonly kind: FieldKind;
  /** Text as it stands in the field at first; for `yes_no` "true", "false" or "". */
  readonly initial: string;
}

export type FieldKind =
  | { readonly is: "text"; readonly isLong: boolean }
  | {
      readonly is: "number";
      readonly isInteger: boolean;
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly is: "yes_no" }
  | { readonly is: "choice"; readonly options: readonly JsonValue[] }
  /** What cannot be drawn: JSON as text. */
  | { readonly is: "json" };

/** A form: fields of an object, or one field for the whole value. */
export interface FormPlan {
  readonly fields: readonly FormField[];
  /** The value is the one field's, not an object of fields. */
  readonly isWhole: boolean;
}

/** Plans a form. `last` is offered as the first content where the schema has no default. */
export function planForm(schema: JsonValue | null, last: JsonValue | null = null): FormPlan {
  if (isJsonObject(schema ?? undefined) && isPlainObjectSchema(schema as JsonObject)) {
    const properties = (schema as JsonObject)["properties"];
    const required = (schema as JsonObject)["required"];
    const names = Array.isArray(required) ? (required as readonly JsonValue[]) : [];
    const known = isJsonObject(last ?? undefined) ? (last as JsonObject) : {};
    return {
      isWhole: false,
      fields: Object.entries(isJsonObject(properties) ? properties : {}).map(([name, property]) =>
        fieldOf(name, property, { isRequired: names.includes(name), last: known[name] }),
      ),
    };
  }
  return {
    isWhole: true,
    fields: [
      fieldOf("value", schema ?? {}, {
        isRequired: true,
        last: last ?? undefined,
      }),
    ],
  };
}

/** An object whose members are all named: the one shape that is drawn as several fields. */
function isPlainObjectSchema(schema: JsonObject): boolean {
  if (schema["type"] !== undefined && schema["type"] !== "object") return false;
  if (["oneOf", "anyOf", "allOf", "$ref", "patternProperties"].some((key) => key in schema)) {
    return false;
  }
  return isJsonObject(schema["properties"]);
}

function fieldOf(
  name: string,
  property: JsonValue,
  options: { readonly isRequired: boolean; readonly last: JsonValue | undefined },
): FormField {
  const schema = isJsonObject(property) ? property : {};
  const kind = kindOf(schema);
  const first = options.last ?? schema["default"];
  return {
    name,
    title: typeof schema["title"] === "string" ? schema["title"] : name,
    description: typeof schema["description"] === "string" ? schema["description"] : null,
    isRequired: options.isRequired,
    kind,
    initial: first === undefined ? "" : textOf(kind, first),
  };
}

function kindOf(schema: JsonObject): FieldKind {
  const { enum: options, const: only, type } = schema;
  if (Array.isArray(options)) return { is: "choice", options: options as readonly JsonValue[] };
  if (only !== undefined) return { is: "choice", options: [only] };
  if (["oneOf", "anyOf", "allOf", "$ref"].some((key) => key in schema)) return { is: "json" };
  switch (typeof type === "string" ? type : "") {
    case "string":
      return {
        is: "text",
        isLong: Number(schema["maxLength"] ?? 0) > 200 || schema["format"] === "textarea",
      };
    case "number":
    case "integer": {
      const { minimum, maximum } = schema;
      return {
        is: "number",
        isInteger: type === "integer",
        ...(typeof minimum === "number" ? { min: minimum } : {}),
        ...(typeof maximum === "number" ? { max: maximum } : {}),
      };
    }
    case "boolean":
      return { is: "yes_no" };
    default:
      return { is: "json" };
  }
}

/** A value as the field's text. */
function textOf(kind: FieldKind, value: JsonValue): string {
  switch (kind.is) {
    case "text":
      return typeof value === "string" ? value : JSON.stringify(value);
    case "number":
    case "yes_no":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
    case "choice":
      return String(kind.options.findIndex((option) => sameJson(option, value)));
    case "json":
      return JSON.stringify(value, null, 2);
  }
}

function sameJson(a: JsonValue, b: JsonValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
