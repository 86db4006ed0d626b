import { hash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { IntegrityProblem } from "../../app/storage/storage.ts";
import { createDigest, type TableDigest } from "./history-digest.ts";
import { historyTableNames, type HistoryRow, type HistoryTable } from "./history-tables.ts";

/**
 * Beside the storage interface, for `handshake copy`: a whole history as a stream of rows, from any backend
 * into any other. Memory holds a page of rows, or one payload, at a time.
 */
export interface HistorySource {
  /** Without a password. */
  readonly shown: string;
  /** Everything that `work` reads is one snapshot. Refuses what nobody may take away from its owner. */
  read<T>(work: (reader: HistoryReader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface HistoryTarget {
  readonly shown: string;
  /**
   * Runs `work` in one transaction on empty tables (CONSTRAINT where there is a run already). When it throws,
   * or the process dies, nothing of it is there. `work` may run again from its beginning.
   */
  fill<T>(work: (writer: HistoryWriter) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface HistoryReader {
  countRows(table: HistoryTable): Promise<number>;
  /** All rows in their order. */
  readTable(table: HistoryTable): AsyncIterable<readonly HistoryRow[]>;
  /** The payloads that are too large for their rows, by SHA-256. DAMAGED where one is missing. */
  readLargePayloads(): AsyncIterable<LargePayload>;
}

export interface HistoryWriter extends HistoryReader {
  writeRows(table: HistoryTable, rows: readonly HistoryRow[]): Promise<void>;
  writeLargePayload(payload: LargePayload): Promise<void>;
  /** After the last row: what the backend keeps beside them, and then its whole verification. */
  finish(): Promise<readonly IntegrityProblem[]>;
}

export interface LargePayload {
  readonly sha256: string;
  readonly text: string;
}

export interface CopyProgress {
  readonly step: HistoryTable | "large_payload" | "checking";
  /** Rows, of how many. */
  readonly done: number;
  readonly of: number;
}

/** What was copied and found to be the same on both sides: rows and their SHA-256, by table. */
export type CopyReport = Readonly<Record<HistoryTable | "large_payload", TableDigest>>;

/**
 * Copies a whole history. Before it is committed the target is read again: each table has as many rows with
 * the same SHA-256 as the source, and passes the verification of its backend. DAMAGED, with nothing
 * written, when it does not.
 */
export function copyHistory(
  source: HistorySource,
  target: HistoryTarget,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<CopyReport> {
  return source.read((reader) =>
    target.fill(async (writer) => {
      const written = await digestOf(reader, {
        onRows: (table, rows) => writer.writeRows(table, rows),
        onPayload: (payload) => writer.writeLargePayload(payload),
        onProgress,
      });
      const of = historyTableNames.reduce((rows, table) => rows + written[table].rows, 0);
      onProgress({ step: "checking", done: 0, of });
      const problems = await writer.finish();
      compare(written, await digestOf(writer));
      if (problems.length > 0) throw unsound(source, problems);
      onProgress({ step: "checking", done: of, of });
      return written;
    }),
  );
}

interface Visitor {
  readonly onRows: (table: HistoryTable, rows: readonly HistoryRow[]) => Promise<void>;
  readonly onPayload: (payload: LargePayload) => Promise<void>;
  readonly onProgress: (progress: CopyProgress) => void;
}

/** Reads everything once, through the visitor where there is one. */
async function digestOf(reader: HistoryReader, visitor?: Visitor): Promise<CopyReport> {
  const digests = new Map<string, TableDigest>();
  for (const table of historyTableNames) {
    const digest = createDigest(table);
    const of = visitor === undefined ? 0 : await reader.countRows(table);
    for await (const rows of reader.readTable(table)) {
      await visitor?.onRows(table, rows);
      digest.add(rows);
      // Between two files nothing else gives way to signals.
      await nextTurn();
      visitor?.onProgress({ step: table, done: digest.rows, of });
    }
    digests.set(table, digest.end());
  }
  const payloads = createDigest("large_payload");
  for await (const payload of reader.readLargePayloads()) {
    if (hash("sha256", payload.text, "hex") !== payload.sha256)
      throw new StorageError(
        "DAMAGED",
        `A result of more than 1 MB does not match its SHA-256 (${payload.sha256}). Nothing was copied. ` +
          "`handshake doctor --full` names its run; restore it from a backup.",
      );
    await visitor?.onPayload(payload);
    payloads.add([{ sha256: payload.sha256 }]);
    visitor?.onProgress({ step: "large_payload", done: payloads.rows, of: payloads.rows });
  }
  digests.set("large_payload", payloads.end());
  // Every table of historyTableNames was visited above.
  return Object.fromEntries(digests) as CopyReport;
}

function compare(expected: CopyReport, found: CopyReport): void {
  for (const table of [...historyTableNames, "large_payload"] as const) {
    const { rows, sha256 } = found[table];
    if (rows === expected[table].rows && sha256 === expected[table].sha256) continue;
    throw new StorageError(
      "DAMAGED",
      `The copy of ${table} is not the original: ${rows} of ${expected[table].rows} rows, with another checksum. ` +
        "Nothing was written. This is a defect of Handshake: please report it.",
      { details: { table, rows, expected: expected[table].rows } },
    );
  }
}

function unsound({ shown }: HistorySource, problems: readonly IntegrityProblem[]): StorageError {
  const [first] = problems;
  const runId = first?.runId ?? null;
  const run = runId === null ? "" : ` of run ${runId}`;
  return new StorageError(
    "DAMAGED",
    `The history in ${shown} is not sound: ${problems.length} problems, the first: ${first?.where ?? ""}${run} ${first?.message ?? ""}. ` +
      "Nothing was written. `handshake doctor --full` names all; restore a backup from before.",
    { details: { problems: problems.length } },
  );
}
