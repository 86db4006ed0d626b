/** The texts under which secrets may turn up, ready to be looked for. */
export interface SecretForms {
  readonly byPrefix: ReadonlyMap<string, readonly SecretForm[]>;
  readonly anyPrefix: RegExp;
  /** In characters. */
  readonly longest: number;
}

export interface SecretForm {
  readonly text: string;
  readonly name: string;
}

/** A part of a text, `end` excluded. */
export interface SecretRange {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** `eachLine`: a line of at least 8 characters of a value with several lines counts as the value. */
export function collectSecretForms(
  values: ReadonlyMap<string, string>,
  options: { readonly eachLine: boolean; readonly markerText: (name: string) => string },
): SecretForms {
  const names = new Map<string, string>();
  // A marker that stands already is found as itself, so that a value inside it is not marked again.
  for (const name of values.keys()) names.set(options.markerText(name), name);
  for (const [name, value] of values) {
    for (const text of formsOf(value, options)) {
      if (text.length >= shortestForm && !names.has(text)) names.set(text, name);
    }
  }

  const forms = [...names].map(([text, name]) => ({ text, name }));
  const byPrefix = Map.groupBy(
    forms.toSorted((a, b) => b.text.length - a.text.length),
    ({ text }) => text.slice(0, shortestForm),
  );
  return {
    byPrefix,
    anyPrefix: new RegExp([...byPrefix.keys()].map(escapeForPattern).join("|"), "g"),
    longest: Math.max(...forms.map(({ text }) => text.length)),
  };
}

/** Where secrets stand in `text`, in order; what overlaps is one range with the longest one's name. */
export function findSecretRanges(forms: SecretForms, text: string): readonly SecretRange[] {
  const ranges: SecretRange[] = [];
  forms.anyPrefix.lastIndex = 0;
  for (let hit = forms.anyPrefix.exec(text); hit !== null; hit = forms.anyPrefix.exec(text)) {
    const start = hit.index;
    forms.anyPrefix.lastIndex = start + 1;
    const form = forms.byPrefix.get(hit[0])?.find((one) => text.startsWith(one.text, start));
    if (form === undefined) continue;
    const range = { start, end: start + form.text.length, name: form.name };
    const last = ranges.at(-1);
    if (last === undefined || last.end <= start) ranges.push(range);
    else if (last.end < range.end) ranges.splice(-1, 1, joinRanges(last, range));
  }
  return ranges;
}

/** From where on the end of `text` may be the beginning of a secret; its length when it is not. */
export function findSecretStart(forms: SecretForms, text: string): number {
  const all = [...forms.byPrefix.values()].flat();
  for (let start = Math.max(0, text.length - forms.longest + 1); start < text.length; start++) {
    const tail = text.slice(start);
    if (all.some((form) => form.text.length > tail.length && form.text.startsWith(tail)))
      return start;
  }
  return text.length;
}

const shortestForm = 4;
const shortestLine = 8;

function joinRanges(first: SecretRange, second: SecretRange): SecretRange {
  const longer = second.end - second.start > first.end - first.start ? second : first;
  return { start: first.start, end: second.end, name: longer.name };
}

function formsOf(value: string, options: { readonly eachLine: boolean }): string[] {
  const trimmed = value.trim();
  const lines = options.eachLine
    ? value.split(/\r\n|\r|\n/).filter((line) => line.trim().length >= shortestLine)
    : [];
  return [value, trimmed, ...lines].flatMap((raw) => [
    raw,
    ...jsonForms(raw),
    ...urlForms(raw),
    ...byteForms(raw),
  ]);
}

function jsonForms(raw: string): string[] {
  const escaped = jsonEscape(raw);
  // Some writers keep to ASCII, some escape the slash.
  const ascii = escaped.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const once = [escaped, ascii, escaped.replaceAll("/", "\\/"), ascii.replaceAll("/", "\\/")];
  return [...once, ...once.map(jsonEscape)];
}

function jsonEscape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function urlForms(raw: string): string[] {
  const wellFormed = raw.toWellFormed();
  const component = encodeURIComponent(wellFormed);
  const strict = component.replaceAll(/[!'()*]/g, percentEncode);
  // What URLSearchParams and HTML forms write.
  const form = component.replaceAll(/[!'()~]/g, percentEncode).replaceAll("%20", "+");
  const forms = [component, strict, form, strict.replaceAll("%20", "+"), encodeURI(wellFormed)];
  const lowerCase = (text: string) =>
    text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [...forms, ...forms.map(lowerCase)];
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function byteForms(raw: string): string[] {
  const bytes = new TextEncoder().encode(raw);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const padded = base64(bytes);
  const base64Forms = [
    padded,
    padded.replace(/=+$/, ""),
    ...alignments.map((n) => alignedBase64(bytes, n)),
  ];
  const base64Url = base64Forms.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [hex, hex.toUpperCase(), ...base64Forms, ...base64Url];
}

const alignments = [0, 1, 2] as const;

/** The characters that the value alone decides when `before` bytes (modulo 3) stand before it. */
function alignedBase64(bytes: Uint8Array, before: (typeof alignments)[number]): string {
  const shifted = new Uint8Array(before + bytes.length);
  shifted.set(bytes, before);
  return base64(shifted).slice(Math.ceil((before * 4) / 3), Math.floor((shifted.length * 4) / 3));
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
