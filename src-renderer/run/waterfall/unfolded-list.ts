import { firstIndex } from "./sorted-numbers.ts";

/** An item of a list under which `extra` more rows stand. */
export interface Unfolded {
  readonly at: number;
  readonly extra: number;
}

/** A list of which each item is one row, and few items have more rows under them. */
export interface UnfoldedList {
  readonly rowCount: number;
  /** The row of an item itself. */
  rowOf(item: number): number;
  /** What stands in a row: an item (`under` is 0) or the `under`-th row below it. */
  find(row: number): { readonly item: number; readonly under: number };
}

/** Costs what is unfolded, never what the list holds. */
export function makeUnfoldedList(count: number, unfolded: readonly Unfolded[]): UnfoldedList {
  let before = 0;
  const parts = unfolded
    .filter(({ extra }) => extra > 0)
    .toSorted((a, b) => a.at - b.at)
    .map((one) => {
      const part = { ...one, row: one.at + before, before };
      before += one.extra;
      return part;
    });
  return {
    rowCount: count + before,
    rowOf(item) {
      const part = parts[firstIndex(parts.length, (index) => (parts[index]?.at ?? 0) >= item) - 1];
      return item + (part === undefined ? 0 : part.before + part.extra);
    },
    find(row) {
      const part = parts[firstIndex(parts.length, (index) => (parts[index]?.row ?? 0) > row) - 1];
      if (part === undefined) return { item: row, under: 0 };
      const under = row - part.row;
      if (under <= part.extra) return { item: part.at, under };
      return { item: row - part.before - part.extra, under: 0 };
    },
  };
}
