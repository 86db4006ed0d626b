import { createHash } from "node:crypto";
import { columnsOf, type HistoryRow, type HistoryTable } from "./history-tables.ts";

/** How many rows, and the SHA-256 of all of them in their order. */
export interface TableDigest {
  readonly rows: number;
  readonly sha256: string;
}

/** Over every column of a table's rows, in the order of its columns, whatever backend they came from. */
export function createDigest(table: HistoryTable | "large_payload") {
  const columns =
    table === "large_payload" ? ["sha256"] : columnsOf(table).map(([column]) => column);
  const sha256 = createHash("sha256");
  let count = 0;
  return {
    get rows() {
      return count;
    },
    add(rows: readonly HistoryRow[]): void {
      count += rows.length;
      for (const row of rows)
        sha256.update(`${JSON.stringify(columns.map((column) => row[column] ?? null))}\n`);
    },
    end(): TableDigest {
      return { rows: count, sha256: sha256.digest("hex") };
    },
  };
}
