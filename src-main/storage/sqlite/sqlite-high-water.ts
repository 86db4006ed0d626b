import { readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * The newest events that were committed, in a file beside the database: a write-ahead log that lost
 * its tail still passes every check of the file, and only this tells.
 */
export interface HighWaterMark {
  /** Runs that changed last, the newest last, with their newest event. */
  readonly runs: readonly { readonly runId: string; readonly lastSeq: number }[];
}

export interface HighWaterFile {
  read(): HighWaterMark | null;
  write(mark: HighWaterMark): void;
}

export function highWaterFile(file: string): HighWaterFile {
  return {
    read() {
      try {
        return parseMark(JSON.parse(readFileSync(file, "utf8")));
      } catch {
        // Missing or cut off by a power loss: then it promises nothing.
        return null;
      }
    },
    write(mark) {
      writeFileSync(`${file}.tmp`, JSON.stringify(mark), { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    },
  };
}

const writeEveryMs = 5_000;
const runsKept = 200;

/** Notes commits and writes the mark at most every 5 s, and on `flush`. */
export function createHighWater(file: HighWaterFile, now: () => number) {
  let noted = new Map<string, number>();
  let writtenAt = now();
  let dirty = false;

  function flush(): void {
    if (!dirty) return;
    const runs = [...noted].slice(-runsKept).map(([runId, lastSeq]) => ({ runId, lastSeq }));
    file.write({ runs });
    noted = new Map(runs.map(({ runId, lastSeq }) => [runId, lastSeq]));
    writtenAt = now();
    dirty = false;
  }

  return {
    /** After its COMMIT returned. */
    note(runId: string, lastSeq: number): void {
      noted.delete(runId);
      noted.set(runId, lastSeq);
      dirty = true;
    },
    /** Never fails a commit that is done already: an older mark only promises less. */
    flushIfDue(): void {
      if (!dirty || Math.abs(now() - writtenAt) < writeEveryMs) return;
      try {
        flush();
      } catch {
        // Still dirty, so it is written by the next one; `flush` at the end reports what stays broken.
        writtenAt = now();
      }
    },
    flush,
  };
}

/** How many events the mark names that the data does not have. */
export function missingEvents(
  mark: HighWaterMark | null,
  lastSeqOf: (runId: string) => number,
): number {
  if (mark === null) return 0;
  return mark.runs.reduce(
    (missing, { runId, lastSeq }) => missing + Math.max(0, lastSeq - lastSeqOf(runId)),
    0,
  );
}

function parseMark(value: unknown): HighWaterMark | null {
  if (
    typeof value !== "object" ||
    value === null ||
    !("runs" in value) ||
    !Array.isArray(value.runs)
  )
    return null;
  const entries: readonly unknown[] = value.runs;
  const runs: { runId: string; lastSeq: number }[] = [];
  for (const entry of entries) {
    if (typeof entry !== "object" || entry === null || !("runId" in entry) || !("lastSeq" in entry))
      return null;
    if (typeof entry.runId !== "string" || typeof entry.lastSeq !== "number") return null;
    runs.push({ runId: entry.runId, lastSeq: entry.lastSeq });
  }
  return { runs };
}
