import { StringDecoder } from "node:string_decoder";
import { safeText } from "../../app/model/safe-text.ts";

/** Longer lines are cut in the log; the output has them whole. In characters. */
const maxLineLength = 8_000;

/** Keeps the first `maxBytes` of a stream, and hands its lines on, safe for a terminal, as they come. */
export interface BoundedOutput {
  push(chunk: Buffer): void;
  end(): void;
  text(): string;
  isTruncated(): boolean;
}

export function createBoundedOutput(options: {
  readonly maxBytes: number;
  readonly onLine: (line: string) => void;
  /** Once, with the first byte too many. */
  readonly onOverflow: () => void;
}): BoundedOutput {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isTruncated = false;
  const lines = createLineSplitter(options.onLine);
  return {
    push(chunk) {
      if (isTruncated) return;
      const kept = chunk.subarray(0, options.maxBytes - bytes);
      bytes += kept.length;
      chunks.push(kept);
      lines.push(kept);
      if (kept.length === chunk.length) return;
      isTruncated = true;
      lines.end();
      options.onOverflow();
    },
    end: () => lines.end(),
    // A stream's decoder leaves out a character that the cut went through.
    text: () =>
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks), {
        stream: isTruncated,
      }),
    isTruncated: () => isTruncated,
  };
}

function createLineSplitter(onLine: (line: string) => void): {
  push(chunk: Buffer): void;
  end(): void;
} {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const emit = (line: string) => {
    const cut = line.length > maxLineLength ? `${line.slice(0, maxLineLength)} …` : line;
    onLine(safeText(cut.replace(/\r$/, "")));
  };
  return {
    push(chunk) {
      const lines = (rest + decoder.write(chunk)).split("\n");
      // What is longer than a line may be is not kept waiting for its end.
      rest = (lines.pop() ?? "").slice(0, maxLineLength + 1);
      for (const line of lines) emit(line);
    },
    end() {
      const last = rest + decoder.end();
      rest = "";
      if (last !== "") emit(last);
    },
  };
}
