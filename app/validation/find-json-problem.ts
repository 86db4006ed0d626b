/** Why a text is not the JSON that a workflow file may be, and where. */
export interface JsonTextProblem {
  readonly code: "JSON_SYNTAX" | "JSON_DUPLICATE_NAME" | "JSON_FORBIDDEN_NAME" | "JSON_TOO_DEEP";
  readonly message: string;
  readonly expected: string;
  /** RFC 6901: the member or value that was being read. */
  readonly path: readonly (string | number)[];
  /** Both from 1; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
}

const deepest = 200;

/**
 * Reads RFC 8259 JSON more strictly than `JSON.parse`: a name may stand once in an object, `__proto__`
 * may not, lone surrogates may not, and 200 levels are the limit. Null when there is nothing to say.
 */
export function findJsonProblem(text: string): JsonTextProblem | null {
  const reader: Reader = { text, at: 0, path: [] };
  try {
    skipSpace(reader);
    readValue(reader);
    skipSpace(reader);
    if (reader.at < text.length) fail(reader, "nothing more after the value");
    return null;
  } catch (error) {
    if (error instanceof Found) return error.problem;
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
  readonly path: (string | number)[];
}

class Found extends Error {
  readonly problem: JsonTextProblem;
  constructor(problem: JsonTextProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

function readValue(reader: Reader): void {
  const first = reader.text[reader.at];
  if (first === "{") readObject(reader);
  else if (first === "[") readArray(reader);
  else if (first === '"') readString(reader);
  else readScalar(reader);
}

function readObject(reader: Reader): void {
  enter(reader);
  const names = new Set<string>();
  reader.at++;
  skipSpace(reader);
  if (takeIf(reader, "}")) return;
  for (;;) {
    const start = reader.at;
    if (reader.text[reader.at] !== '"')
      fail(reader, names.size === 0 ? 'a name in " or }' : 'a name in "');
    const name = readString(reader);
    reader.path.push(name);
    if (names.has(name)) refuseName(reader, start, "JSON_DUPLICATE_NAME");
    if (name === "__proto__") refuseName(reader, start, "JSON_FORBIDDEN_NAME");
    names.add(name);
    skipSpace(reader);
    if (!takeIf(reader, ":")) fail(reader, ":");
    skipSpace(reader);
    readValue(reader);
    reader.path.pop();
    skipSpace(reader);
    if (takeIf(reader, "}")) return;
    if (!takeIf(reader, ",")) fail(reader, ", or }");
    skipSpace(reader);
  }
}

function readArray(reader: Reader): void {
  enter(reader);
  reader.at++;
  skipSpace(reader);
  if (takeIf(reader, "]")) return;
  for (let index = 0; ; index++) {
    reader.path.push(index);
    readValue(reader);
    reader.path.pop();
    skipSpace(reader);
    if (takeIf(reader, "]")) return;
    if (!takeIf(reader, ",")) fail(reader, ", or ]");
    skipSpace(reader);
  }
}

// Sticky, so that each starts where the reader stands.
const stringBody = /[^"\\\p{Cc}]*/uy;
const escape = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
const space = /[ \t\n\r]*/y;
const control = /[\u007f-\u009f]/;

function readString(reader: Reader): string {
  const start = reader.at++;
  for (;;) {
    take(reader, stringBody);
    const next = reader.text[reader.at];
    if (next === '"') break;
    // DEL and the C1 controls may stand in a string; the controls below a space may not.
    if (next !== undefined && control.test(next)) reader.at++;
    else if (next !== "\\") fail(reader, next === undefined ? 'a closing "' : "an escape like \\n");
    else if (!take(reader, escape)) fail(reader, 'an escape like \\n, \\" or \\u00e9');
  }
  reader.at++;
  const literal = reader.text.slice(start, reader.at);
  if (!literal.includes("\\") && literal.isWellFormed()) return literal.slice(1, -1);
  // A string literal that was checked above.
  const value = JSON.parse(literal) as string;
  if (!value.isWellFormed()) {
    reader.at = start;
    fail(reader, "whole characters: half of a surrogate pair stands alone");
  }
  return value;
}

function readScalar(reader: Reader): void {
  const start = reader.at;
  const isRead = take(reader, scalar);
  // `01`, `nul` and `truex` begin well and go on badly.
  if (!isRead || /[A-Za-z0-9_.+-]/.test(reader.text[reader.at] ?? "")) {
    reader.at = start;
    fail(reader, "a JSON value");
  }
}

function skipSpace(reader: Reader): void {
  take(reader, space);
}

function take(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at;
  const isThere = pattern.test(reader.text);
  if (isThere) reader.at = pattern.lastIndex;
  return isThere;
}

function takeIf(reader: Reader, character: string): boolean {
  if (reader.text[reader.at] !== character) return false;
  reader.at++;
  return true;
}

function enter(reader: Reader): void {
  if (reader.path.length < deepest) return;
  throw new Found({
    code: "JSON_TOO_DEEP",
    message: `this is nested deeper than ${deepest} levels`,
    expected: `at most ${deepest} levels`,
    ...place(reader),
  });
}

function refuseName(
  reader: Reader,
  start: number,
  code: "JSON_DUPLICATE_NAME" | "JSON_FORBIDDEN_NAME",
): never {
  reader.at = start;
  const isDuplicate = code === "JSON_DUPLICATE_NAME";
  throw new Found({
    code,
    message: isDuplicate ? "this name stands twice in its object" : "this name is not allowed",
    expected: isDuplicate ? "each name once" : "another name",
    ...place(reader),
  });
}

function fail(reader: Reader, expected: string): never {
  throw new Found({ code: "JSON_SYNTAX", message: "this is not JSON", expected, ...place(reader) });
}

function place(reader: Reader): { path: (string | number)[]; line: number; column: number } {
  const before = reader.text.slice(0, reader.at);
  const lines = before.split(/\r\n|\n|\r/);
  return { path: [...reader.path], line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
