import { parseJson, type JsonValue } from "../../app/model/json.ts";
import { formMessages } from "../messages/form-messages.ts";
import type { FormField, FormPlan } from "./form-fields.ts";

/** Text by field name, as a person typed it. */
export type FormTexts = Readonly<Record<string, string>>;

export type ReadForm =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/**
 * The value that the fields make. An empty field that is not required is left out. What a schema says
 * beyond type and bounds is the engine's to check: its problems come back by pointer.
 */
export function readForm(plan: FormPlan, texts: FormTexts): ReadForm {
  const errors: Record<string, string> = {};
  const members: Record<string, JsonValue> = {};
  for (const field of plan.fields) {
    const read = readField(field, texts[field.name] ?? "");
    if (read === null) continue;
    if (read.ok) members[field.name] = read.value;
    else errors[field.name] = read.problem;
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  if (!plan.isWhole) return { ok: true, value: members };
  return { ok: true, value: members[plan.fields[0]?.name ?? ""] ?? null };
}

export function initialTexts(plan: FormPlan): Record<string, string> {
  return Object.fromEntries(plan.fields.map((field) => [field.name, field.initial]));
}

type ReadField =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: string }
  | null;

function readField(field: FormField, text: string): ReadField {
  const { kind } = field;
  const isEmpty = kind.is === "text" ? text === "" : text.trim() === "";
  if (isEmpty) {
    return field.isRequired ? { ok: false, problem: formMessages.required(field.title) } : null;
  }
  switch (kind.is) {
    case "text":
      return { ok: true, value: text };
    case "number":
      return readNumber(kind, text);
    case "yes_no":
      return { ok: true, value: text === "true" };
    case "choice": {
      const option = kind.options[Number(text)];
      return option === undefined
        ? { ok: false, problem: formMessages.required(field.title) }
        : { ok: true, value: option };
    }
    case "json":
      return readJson(text);
  }
}

function readNumber(
  kind: Extract<FormField["kind"], { readonly is: "number" }>,
  text: string,
): ReadField {
  const value = Number(text.replaceAll(/[\s,_]/g, ""));
  if (!Number.isFinite(value)) return { ok: false, problem: formMessages.notANumber };
  if (kind.isInteger && !Number.isInteger(value)) {
    return { ok: false, problem: formMessages.notWhole };
  }
  if (kind.min !== undefined && value < kind.min) {
    return { ok: false, problem: formMessages.tooSmall(kind.min) };
  }
  if (kind.max !== undefined && value > kind.max) {
    return { ok: false, problem: formMessages.tooLarge(kind.max) };
  }
  return { ok: true, value };
}

function readJson(text: string): ReadField {
  try {
    return { ok: true, value: parseJson(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: formMessages.badJson(message) };
  }
}
