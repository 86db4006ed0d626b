import { safeText } from "../../app/model/safe-text.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where a command writes: text for people or JSON lines for scripts, never both. */
export interface Output {
  readonly json: boolean;
  /** Standard output is a terminal that understands cursor movements. */
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  /** A line of text on standard output; nothing with `--json`. Data in it goes through `text` first. */
  line(text?: string): void;
  /** A line for people on standard error; nothing with `--json`. */
  note(text: string): void;
  /** One object a line, on standard output; nothing without `--json`. */
  object(value: object): void;
  /** One object a line, on standard error; nothing without `--json`. */
  errorObject(value: object): void;
  /** As it is: cursor movements and prepared text. */
  raw(text: string): void;
  paint(style: Style, text: string): string;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const codes: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

export function createOutput(
  { stdout, stderr, env }: OutputStreams,
  options: { readonly json: boolean },
): Output {
  const { json } = options;
  const isTerminal = stdout.isTTY && env["TERM"] !== "dumb";
  const hasColours = isTerminal && (env["NO_COLOR"] ?? "") === "";
  return {
    json,
    isTerminal: isTerminal && !json,
    get columns() {
      // Some terminals say 0 when they do not know.
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    line(text = "") {
      if (!json) stdout.write(`${text}\n`);
    },
    note(text) {
      if (!json) stderr.write(`${text}\n`);
    },
    object(value) {
      if (json) stdout.write(jsonLine(value));
    },
    errorObject(value) {
      if (json) stderr.write(jsonLine(value));
    },
    raw(text) {
      stdout.write(text);
    },
    paint: (style, text) => (hasColours ? `\u001b[${codes[style]}m${text}\u001b[0m` : text),
  };
}

/** JSON itself leaves some characters as they are that a terminal obeys; written as escapes they mean the same. */
function jsonLine(value: object): string {
  const escaped = JSON.stringify(value).replaceAll(obeyedByTerminals, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `${escaped}\n`;
}

// DEL and C1, line separators, bidirectional marks, overrides and isolates.
const obeyedByTerminals = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from data, as one line that cannot move the cursor or hide what follows; cut to `limit` characters. */
export function text(value: string, limit = 200): string {
  const safe = safeText(value);
  return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
}
