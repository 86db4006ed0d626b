/**
 * Text that comes from outside (names, logs, a program's output) as it may be shown in a terminal,
 * a tray or a notification: without ANSI/OSC sequences, control characters, bidirectional overrides
 * and invisible characters. One line; with `lines: "keep"` line feeds and tabs stay.
 */
export function safeText(text: string, options: { readonly lines?: "join" | "keep" } = {}): string {
  if (plainAscii.test(text)) return text;
  const visible = text
    .toWellFormed()
    .replaceAll(controlString, "")
    .replaceAll(controlSequence, "")
    .replaceAll(shortEscape, "")
    .replaceAll(lineBreak, "\n");
  const lined = options.lines === "keep" ? visible : visible.replaceAll(/[\n\t]/g, " ");
  return lined.replaceAll(unsafeCharacter, "");
}

const plainAscii = /^[\x20-\x7e]*$/;

/* oxlint-disable no-control-regex -- control characters are what is looked for */

// ECMA-48: OSC, DCS, SOS, PM and APC carry text up to ST or BEL. One that does not end is left to the
// other rules, so that it cannot swallow what follows; without its introducer it is only text.
const controlString = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/g;
const controlSequence = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g;
const shortEscape = /\x1b[ -/]*[0-~]/g;

// A carriage return would let the end of a line overwrite its beginning.
const lineBreak = /\r\n|[\r\x85\u2028\u2029]/g;

// C0 and C1 without tab and line feed, soft hyphen, bidirectional marks, overrides and isolates,
// invisible characters (not the joiner that emoji need), interlinear marks, tag characters.
const unsafeCharacter =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
