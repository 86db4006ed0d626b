import type { Statement, Transaction, Value } from "./postgres-transaction.ts";

type Scalar = string | number | boolean | null;

/** A column of the rows that one statement writes: its name in the SQL, its type, its value in a row. */
export type Column<Row> = readonly [name: string, type: string, valueOf: (row: Row) => Scalar];

/** Rows on their way into one statement, which may write rows of other kinds too. */
export interface RowsToWrite {
  readonly kind: string;
  readonly count: number;
  /** An array of objects; what is null is left out. */
  readonly json: string;
  /** The columns that are null in every row. */
  readonly absent: ReadonlySet<string>;
  /** Names the kind and the columns that are there: the same form is the same SQL. */
  readonly form: string;
  /** Writes the rows of `source`, whose alias is `v`. */
  readonly sql: (source: string) => string;
  /** Reads a parameter as rows, without the columns that are null anyway. */
  readonly source: (parameter: string, absent: ReadonlySet<string>) => string;
  /** The error when the statement does not write every row. */
  readonly otherwise: string | null;
}

export interface MultiRow<Row> {
  /** Writes all rows with one statement; nothing is sent for none. */
  send(transaction: Pick<Transaction, "send">, rows: readonly Row[]): void;
  rowsToWrite(rows: readonly Row[]): RowsToWrite;
}

/**
 * SQL that writes any number of rows, which come as one JSON parameter: PostgreSQL unpacks it at once, while
 * an array for each column costs a buffer of 16 KB for each. The source of the rows, `v`, has their columns
 * and their `position`.
 */
export function multiRow<Row>(
  kind: string,
  columns: readonly Column<Row>[],
  sql: (source: string) => string,
  otherwise: string | null = null,
): MultiRow<Row> {
  const rowsToWrite = (rows: readonly Row[]): RowsToWrite => ({
    kind,
    count: rows.length,
    ...jsonOf(kind, columns, rows),
    sql,
    source: (parameter, absent) => sourceOf(columns, parameter, absent),
    otherwise,
  });
  return {
    rowsToWrite,
    send(transaction, rows) {
      if (rows.length === 0) return;
      const { statement, values } = together([rowsToWrite(rows)]);
      transaction.send(statement, values);
    },
  };
}

interface Guard {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** One statement for rows of several kinds, each kind once. Its parts do not see each other's rows. */
export function together(
  parts: readonly RowsToWrite[],
  guard: Guard | null = null,
): { readonly statement: Statement; readonly values: readonly Value[] } {
  const values: Value[] = [...(guard?.values ?? [])];
  for (const { json, count, otherwise } of parts)
    values.push(json, ...(otherwise === null ? [] : [count]));
  const form = `${guard?.sql ?? ""} ${parts.map((part) => part.form).join(" ")}`;
  return { statement: narrow.get(form) ?? newStatement(form, parts, guard), values };
}

/**
 * A statement pays for each column that it could write, more than for each one that it writes: the columns
 * that no row has are constants, which the planner folds away. So many forms are prepared at most; the
 * connection keeps a plan of each.
 */
const mostNarrow = 100;
const narrow = new Map<string, Statement>();
const none: ReadonlySet<string> = new Set();

function newStatement(form: string, parts: readonly RowsToWrite[], guard: Guard | null): Statement {
  const isNarrow = narrow.size < mostNarrow;
  const text = textOf(parts, guard, (part) => (isNarrow ? part.absent : none));
  const statement = { name: nameOf(text), text };
  if (isNarrow) narrow.set(form, statement);
  return statement;
}

function textOf(
  parts: readonly RowsToWrite[],
  guard: Guard | null,
  absentOf: (part: RowsToWrite) => ReadonlySet<string>,
): string {
  let parameters = guard?.values.length ?? 0;
  const written: string[] = guard === null ? [] : [`guard as materialized (${guard.sql})`];
  // In this order: whoever has no right to write finds out before it waits for a row.
  const checked: string[] =
    guard === null ? [] : [requireRows("guard", "1", "CONFLICT: the right to write is lost")];
  for (const part of parts) {
    const { kind, sql, source, otherwise } = part;
    const rows = source(`$${(parameters += 1)}::json`, absentOf(part));
    written.push(`${kind} as (${sql(rows)}${otherwise === null ? "" : " returning 1"})`);
    if (otherwise !== null)
      checked.push(requireRows(kind, `$${(parameters += 1)}::int8`, otherwise));
  }
  return `with ${written.join(", ")} select ${checked.length === 0 ? "1" : checked.join(", ")}`;
}

function requireRows(of: string, count: string, otherwise: string): string {
  return `require_rows((select count(*) from ${of}), ${count}, '${otherwise}')`;
}

const names = new Map<string, string>();

/** Each combination of kinds is prepared once a connection, under a number. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `write_${names.size + 1}`;
  names.set(text, name);
  return name;
}

/**
 * JSON columns travel as text and are cast, so that they are stored as they were written. The condition on
 * the position holds for every row: it makes the planner expect few of them, and look each one up by its
 * key. It plans once, maybe while the tables are empty, and would read a whole index for the 100 it expects.
 */
function sourceOf<Row>(
  columns: readonly Column<Row>[],
  parameter: string,
  absent: ReadonlySet<string>,
): string {
  const present = columns.filter(([name]) => !absent.has(name));
  const selected = columns.map(([name, type]) =>
    absent.has(name) ? `null::${type} as ${name}` : type === "json" ? `${name}::json` : name,
  );
  const typed = present.map(([name, type]) => `${name} ${type === "json" ? "text" : type}`);
  const named = present.map(([name]) => name);
  return `(select ${selected.join(", ")}, position
    from rows from (json_to_recordset(${parameter}) as (${typed.join(", ")}))
      with ordinality as r (${named.join(", ")}, position)
    where position between 1 and 1000000) v`;
}

function jsonOf<Row>(
  kind: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Pick<RowsToWrite, "json" | "absent" | "form"> {
  const absent = new Set(rows.length === 0 ? [] : columns.map(([name]) => name));
  const objects = rows.map((row) => {
    const object: Record<string, Scalar> = {};
    for (const [name, , valueOf] of columns) {
      const value = valueOf(row);
      if (value === null) continue;
      object[name] = value;
      absent.delete(name);
    }
    return object;
  });
  const text = JSON.stringify(objects);
  // Half a surrogate pair is no text for PostgreSQL; as everywhere else it becomes U+FFFD.
  const json = /\\ud[89a-f]/.test(text) ? JSON.stringify(objects, wellFormed) : text;
  return { json, absent, form: `${kind} without ${[...absent].join()}` };
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
