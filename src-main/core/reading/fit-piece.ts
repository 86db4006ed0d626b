import { limits } from "../../../app/contract/limits.ts";

/** As many of the first rows as fit into one piece, but at least one: a page always goes on. */
export function fitPiece<Row>(rows: readonly Row[], maxBytes: number = limits.pieceBytes): Row[] {
  let bytes = 0;
  const fitting: Row[] = [];
  for (const row of rows) {
    bytes += jsonBytes(row);
    if (bytes > maxBytes && fitting.length > 0) break;
    fitting.push(row);
  }
  return fitting;
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}

/** A page by numbers: its rows, and where the next one begins. */
export function pageOf<Row>(
  rows: readonly Row[],
  { limit, numberOf }: { readonly limit: number; readonly numberOf: (row: Row) => number },
): { readonly rows: Row[]; readonly next: number | null } {
  const fitting = fitPiece(rows);
  const last = fitting.at(-1);
  const isEnd = last === undefined || (fitting.length === rows.length && rows.length < limit);
  return { rows: fitting, next: isEnd ? null : numberOf(last) };
}
