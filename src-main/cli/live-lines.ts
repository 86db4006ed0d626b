import type { Output } from "./output.ts";

/** Lines at the end of a terminal that are rewritten in place; everything else scrolls above them. */
export interface LiveLines {
  /** Shows these lines instead of the last ones; cut to the terminal's width by the caller. */
  show(lines: readonly string[]): void;
  /** Writes a line that stays, above these. */
  print(line: string, lines: readonly string[]): void;
  /** Takes the live lines away. */
  close(): void;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

export function createLiveLines(output: Output): LiveLines {
  let shown = 0;
  let isHidden = false;
  const erase = (): string => (shown === 0 ? "" : `\u001b[${shown}A\u001b[0J`);
  const draw = (lines: readonly string[]): string => {
    shown = lines.length;
    return lines.map((line) => `${line}\n`).join("");
  };
  const cursor = (hidden: boolean): string => {
    if (isHidden === hidden) return "";
    isHidden = hidden;
    return hidden ? hideCursor : showCursor;
  };
  return {
    show(lines) {
      output.raw(cursor(lines.length > 0) + erase() + draw(lines));
    },
    print(line, lines) {
      output.raw(`${cursor(lines.length > 0)}${erase()}${line}\n${draw(lines)}`);
    },
    close() {
      output.raw(erase() + cursor(false));
      shown = 0;
    },
  };
}
