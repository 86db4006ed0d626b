import type { Statement, Transaction, Value } from "./postgres-transaction.ts";

type Scalar = string | number | boolean | null;

/** A column of the rows that one statement writes: its name in the SQL, its type, its value in a row. */
export type Column<Row> = readonly [name: string, type: string, valueOf: (row: Row) => Scalar];

export interface MultiRow<Row> {
  /** Writes all rows with one statement; nothing is sent for none. */
  send(transaction: Transaction, rows: readonly Row[]): void;
}

/**
 * A statement that takes any number of rows, a parameter (an array) for each column, so that it is
 * prepared once. `sql` gets the source of the rows, `v`, in their order, and what stands for their count.
 */
export function multiRow<Row>(
  name: string,
  columns: readonly Column<Row>[],
  sql: (source: string, count: string) => string,
): MultiRow<Row> {
  const parameters = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ");
  const names = columns.map(([column]) => column).join(", ");
  const source = `unnest(${parameters}) with ordinality as v (${names}, position)`;
  const text = sql(source, `$${columns.length + 1}`);
  const statement: Statement = { name, text };
  return {
    send(transaction, rows) {
      if (rows.length === 0) return;
      const values: Value[] = columns.map(([, , valueOf]) => rows.map(valueOf));
      if (text.includes(`$${columns.length + 1}`)) values.push(rows.length);
      transaction.send(statement, values);
    },
  };
}

/** `sql`, which returns a row for each one that it changed, undone unless it changed all of them. */
export function changingAll(sql: string, count: string, otherwise: string): string {
  return `with changed as (${sql} returning 1)
    select require_rows((select count(*) from changed), ${count}, '${otherwise}')`;
}
