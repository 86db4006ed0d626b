import { TypeOverrides, types } from "pg";

/** How values come from the server: times in the one form that is stored, JSON as the text that it is. */
export function valueParsers(): TypeOverrides {
  const parsers = new TypeOverrides();
  const { builtins } = types;
  parsers.setTypeParser(builtins.INT8, Number);
  parsers.setTypeParser(builtins.NUMERIC, Number);
  parsers.setTypeParser(builtins.TIMESTAMPTZ, isoOfTimestamp);
  parsers.setTypeParser(builtins.JSON, (text) => text);
  return parsers;
}

/** `2026-01-01 00:00:00.12+00`, as a session in UTC writes it, as RFC 3339 with milliseconds. */
export function isoOfTimestamp(text: string): string {
  const fraction = text.charAt(19) === "." ? text.slice(20, text.indexOf("+", 20)) : "";
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
}

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Null for what is no UUID, so that asking for it finds nothing instead of being an error. */
export function uuidOrNull(text: string): string | null {
  return uuidForm.test(text) ? text : null;
}

// PostgreSQL's text cannot hold U+0000, which an error message of a program may.
const nul = "\u0000";
const inPlaceOfNul = "\u{F0000}";

export function storedText(text: string): string {
  return text.includes(nul) ? text.replaceAll(nul, inPlaceOfNul) : text;
}

export function textOfStored(text: string): string {
  return text.includes(inPlaceOfNul) ? text.replaceAll(inPlaceOfNul, nul) : text;
}
