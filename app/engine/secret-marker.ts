import { secretNameOf } from "../expression/template.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import {
  collectSecretForms,
  findSecretRanges,
  findSecretStart,
  type SecretForms,
} from "./secret-marker-forms.ts";

/**
 * Replaces the values of known secrets by their marker `{"$secret":"NAME"}` (engine.md §8).
 *
 * Found: the value raw, trimmed, JSON-escaped (once and twice), URL-encoded, in base64 and base64url
 * at any alignment, and in hex. An encoded occurrence gets the same marker, so it comes back raw.
 * Values under `shortestMarkedSecret` characters are not looked for: they would hit ordinary text
 * everywhere; `unmarkable` names them, so that a host can refuse them.
 */
export interface SecretMarker {
  /** For text that nobody reads back, like logs: each line of a value with several lines counts too. */
  markText(text: string): string;
  /** For what is stored: a whole string becomes `{"$secret":"NAME"}`, a part of one that text. */
  markJson(value: JsonValue): JsonValue;
  /** `markText` for text that arrives in pieces; a value may be split anywhere. */
  stream(): SecretMarkerStream;
  readonly unmarkable: readonly string[];
}

export interface SecretMarkerStream {
  /** The marked text that is certain by now. */
  push(chunk: string): string;
  /** The rest. */
  end(): string;
}

/** In characters (UTF-16 units). */
export const shortestMarkedSecret = 4;

export function createSecretMarker(values: ReadonlyMap<string, string>): SecretMarker {
  const known = new Map([...values].filter(([, value]) => value.length >= shortestMarkedSecret));
  const unmarkable = [...values.keys()].filter((name) => !known.has(name));
  if (known.size === 0) return { ...markNothing, unmarkable };

  const stored = collectSecretForms(known, { eachLine: false, markerText });
  const logged = collectSecretForms(known, { eachLine: true, markerText });
  return {
    markText: (text) => markWith(logged, text),
    markJson: (value) => markValue({ value, forms: stored, known }),
    stream: () => markStream(logged),
    unmarkable,
  };
}

/**
 * Puts values back where their markers stand: as an object of its own, inside strings and in keys.
 * Names that `values` does not hold stay markers.
 */
export function restoreSecrets(input: JsonValue, values: ReadonlyMap<string, string>): JsonValue {
  if (values.size === 0) return input;
  const inText = (text: string) =>
    text.replaceAll(
      /\{"\$secret":"([^"\\]+)"\}/g,
      (marker, name: string) => values.get(name) ?? marker,
    );
  const restore = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return inText(value);
    if (Array.isArray(value)) return value.map(restore);
    if (!isJsonObject(value)) return value;
    const secret = values.get(secretNameOf(value) ?? "");
    if (secret !== undefined) return secret;
    return fromEntries(Object.entries(value).map(([key, inner]) => [inText(key), restore(inner)]));
  };
  return restore(input);
}

export function markerText(name: string): string {
  return JSON.stringify({ $secret: name });
}

const markNothing = {
  markText: (text: string) => text,
  markJson: (value: JsonValue) => value,
  stream: (): SecretMarkerStream => ({ push: (chunk) => chunk, end: () => "" }),
};

function markWith(forms: SecretForms, text: string): string {
  let marked = "";
  let done = 0;
  for (const range of findSecretRanges(forms, text)) {
    marked += text.slice(done, range.start) + markerText(range.name);
    done = range.end;
  }
  return done === 0 ? text : marked + text.slice(done);
}

function markValue(options: {
  readonly value: JsonValue;
  readonly forms: SecretForms;
  readonly known: ReadonlyMap<string, string>;
}): JsonValue {
  const { forms, known } = options;
  // A number that is a secret as a whole; parts of numbers are left alone.
  const numbers = new Map(
    [...known]
      .filter(([, value]) => String(Number(value)) === value)
      .map(([name, value]) => [Number(value), name]),
  );
  const mark = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return markString(forms, value);
    if (typeof value === "number") {
      const name = numbers.get(value);
      return name === undefined ? value : { $secret: name };
    }
    if (Array.isArray(value)) return value.map(mark);
    if (!isJsonObject(value)) return value;
    if (known.has(secretNameOf(value) ?? "")) return value;
    return fromEntries(
      Object.entries(value).map(([key, inner]) => [markWith(forms, key), mark(inner)]),
    );
  };
  return mark(options.value);
}

function markString(forms: SecretForms, text: string): JsonValue {
  const [first, second] = findSecretRanges(forms, text);
  if (first === undefined) return text;
  const isWhole = second === undefined && first.start === 0 && first.end === text.length;
  return isWhole && text !== markerText(first.name)
    ? { $secret: first.name }
    : markWith(forms, text);
}

/** Two keys that are the same once marked are numbered: nothing is dropped in silence. */
function fromEntries(entries: readonly (readonly [string, JsonValue])[]): JsonValue {
  const taken = new Map<string, JsonValue>();
  for (const [key, value] of entries) {
    let free = key;
    for (let n = 2; taken.has(free); n++) free = `${key} (${n})`;
    taken.set(free, value);
  }
  return Object.fromEntries(taken);
}

function markStream(forms: SecretForms): SecretMarkerStream {
  let held = "";
  return {
    push(chunk) {
      held += chunk;
      let certain = findSecretStart(forms, held);
      for (const range of findSecretRanges(forms, held)) {
        if (range.start < certain && certain < range.end) certain = range.start;
      }
      const marked = markWith(forms, held.slice(0, certain));
      held = held.slice(certain);
      return marked;
    },
    end() {
      const marked = markWith(forms, held);
      held = "";
      return marked;
    },
  };
}
