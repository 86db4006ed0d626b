import * as z from "zod";

/** A JSON value as RFC 8259 defines it: what inputs, outputs, answers and payloads are made of. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Accepts any JSON value. */
export const Json: z.ZodType<JsonValue> = z.json();

export type JsonObject = { readonly [key: string]: JsonValue };

/** The text of a value that was checked to be JSON; the only form in which payloads are stored. */
export interface Payload {
  /** JSON text. */
  readonly text: string;
  /** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
  readonly sha256: string;
  /** Length of the text in UTF-8 bytes. */
  readonly bytes: number;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parseJson(text: string): JsonValue {
  // JSON.parse returns nothing else than JSON values.
  return JSON.parse(text) as JsonValue;
}
