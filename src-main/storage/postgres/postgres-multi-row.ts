import { createHash } from "node:crypto";
import type { Statement, Transaction, Value } from "./postgres-transaction.ts";

type Scalar = string | number | boolean | null;

/**
 * A column of the rows that one statement writes: its name in the SQL, its type, its value in a row. Of one
 * that is `alike`, most batches have the same value in all rows.
 */
export type Column<Row> = readonly [
  name: string,
  type: string,
  valueOf: (row: Row) => Scalar,
  alike?: "alike",
];

/** Rows on their way into one statement, which may write rows of other kinds too. */
export interface RowsToWrite {
  readonly kind: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** A row's values, in the order of the columns. */
  readonly rows: readonly (readonly Scalar[])[];
  /** Bit n is set when column n has a value in some row. */
  readonly present: number;
  /** Bit n is set when column n, which is present, has the same value in all rows. */
  readonly same: number;
  /** Writes the rows of `source`, whose alias is `v`. */
  readonly sql: (source: string) => string;
  /** The error when the statement does not write every row. */
  readonly otherwise: string | null;
}

export interface MultiRow<Row> {
  /** Writes all rows with one statement; nothing is sent for none. */
  send(transaction: Pick<Transaction, "send">, rows: readonly Row[]): void;
  rowsToWrite(rows: readonly Row[]): RowsToWrite;
}

/** SQL that writes any number of rows. Their source, `v`, has their columns and their `position`, from 1. */
export function multiRow<Row>(
  kind: string,
  columns: readonly Column<Row>[],
  sql: (source: string) => string,
  otherwise: string | null = null,
): MultiRow<Row> {
  const described = columns.map(([name, type]) => ({ name, type }));
  const rowsToWrite = (rows: readonly Row[]): RowsToWrite => {
    const values = rows.map((row) => columns.map(([, , valueOf]) => valueOf(row)));
    let present = 0;
    let same = 0;
    for (const [index, [, , , alike]] of columns.entries()) {
      const bit = 2 ** index;
      const [first] = values;
      const isSame =
        alike !== undefined &&
        first?.[index] !== null &&
        values.every((row) => row[index] === first?.[index]);
      if (isSame) same += bit;
      if (isSame || values.some((row) => row[index] !== null)) present += bit;
    }
    return { kind, columns: described, rows: values, present, same, sql, otherwise };
  };
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

interface Written {
  readonly statement: Statement;
  readonly values: readonly Value[];
}

/** How the rows of a part get to the server. */
interface Passing {
  /** The same form is the same SQL. */
  readonly formOf: (part: RowsToWrite) => string;
  readonly valuesOf: (part: RowsToWrite) => readonly Value[];
  /** The rows, read from the parameters that follow the first `before` ones. */
  readonly sourceOf: (part: RowsToWrite, before: number) => string;
  /** How many rows there are. */
  readonly countOf: (part: RowsToWrite, before: number) => string;
  readonly prepared: Map<string, Statement>;
}

/** So many rows are what a single step writes. */
const fewRows = 8;

/**
 * One statement for rows of several kinds, each kind once. Its parts do not see each other's rows. It pays
 * for each column that it could write, more than for each one that it writes: the columns that no row has
 * are constants, which the planner folds away.
 */
export function together(parts: readonly RowsToWrite[], guard: Guard | null = null): Written {
  const count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const few = count <= fewRows ? prepare(asParameters, parts, guard) : null;
  if (few !== null) return written(few, asParameters.valuesOf, parts, guard);
  const narrow = prepare(asJson, parts, guard);
  if (narrow !== null) return written(narrow, asJson.valuesOf, parts, guard);
  // Whatever the rows are like, it is one form.
  const whole = parts.map(wholeRows);
  return written(newStatement(asJson, whole, guard), asJson.valuesOf, whole, guard);
}

/** A statement with the values of the same parts that it was made for. */
function written(
  statement: Statement,
  valuesOf: Passing["valuesOf"],
  parts: readonly RowsToWrite[],
  guard: Guard | null,
): Written {
  return { statement, values: [...(guard?.values ?? []), ...parts.flatMap(valuesOf)] };
}

/**
 * So many forms of each kind are prepared at most: a connection that writes keeps a plan of each, which takes the
 * server about 450 KB. A load of like steps has about ten.
 */
const mostForms = 32;

/** Null when there are too many forms already. */
function prepare(
  passing: Passing,
  parts: readonly RowsToWrite[],
  guard: Guard | null,
): Statement | null {
  const { prepared, formOf } = passing;
  const form = `${guard?.sql ?? ""} ${parts.map(formOf).join(" ")}`;
  const known = prepared.get(form);
  if (known !== undefined) return known;
  if (prepared.size >= mostForms) return null;
  const statement = newStatement(passing, parts, guard);
  prepared.set(form, statement);
  return statement;
}

const wholeRows = (part: RowsToWrite): RowsToWrite => ({
  ...part,
  present: 2 ** part.columns.length - 1,
  same: 0,
});

function newStatement(
  { sourceOf, countOf, valuesOf }: Passing,
  parts: readonly RowsToWrite[],
  guard: Guard | null,
): Statement {
  let before = guard?.values.length ?? 0;
  const written: string[] = guard === null ? [] : [`guard as materialized (${guard.sql})`];
  // In this order: whoever has no right to write finds out before it waits for a row.
  const checked: string[] =
    guard === null ? [] : [unlessAll("guard", "1", "CONFLICT: the right to write is lost")];
  for (const part of parts) {
    const { kind, sql, otherwise } = part;
    const source = sourceOf(part, before);
    written.push(`${kind} as (${sql(source)}${otherwise === null ? "" : " returning 1"})`);
    if (otherwise !== null) checked.push(unlessAll(kind, countOf(part, before), otherwise));
    before += valuesOf(part).length;
  }
  const answer = checked.length === 0 ? "1" : `case ${checked.join(" ")} else 1 end`;
  const text = `with ${written.join(", ")} select ${answer}`.replace(/\s+/g, " ");
  return { name: nameOf(text), text };
}

function unlessAll(of: string, expected: string, otherwise: string): string {
  // A single row is there or not, which takes no counting.
  const [isMissing, found] =
    expected === "1"
      ? [`not exists (select from ${of})`, "0"]
      : [`(select count(*) from ${of}) <> ${expected}`, `(select count(*) from ${of})`];
  return `when ${isMissing} then missing_rows(${found}, ${expected}, '${otherwise}')`;
}

const names = new Map<string, string>();

/**
 * Each form is prepared once a connection, by the hash of its SQL: where a pooler gives a session to two of us in
 * turn, one name is one statement for both.
 */
function nameOf(text: string): string {
  const name =
    names.get(text) ?? `write_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
  names.set(text, name);
  return name;
}

const has = (bits: number, column: number): boolean => Math.floor(bits / 2 ** column) % 2 === 1;

/** A few rows, value by value: the server has nothing to unpack, and knows how many there are. */
const asParameters: Passing = {
  prepared: new Map(),
  formOf: ({ kind, rows, present }) => `${kind} ${rows.length} ${present}`,
  valuesOf: ({ rows, present }) =>
    rows.flatMap((row) => row.filter((_value, column) => has(present, column))),
  countOf: ({ rows }) => `${rows.length}`,
  sourceOf({ columns, rows, present }, before) {
    let parameter = before;
    const lines = rows.map((_row, index) => [
      ...columns.map(({ type }, column) =>
        has(present, column) ? `$${(parameter += 1)}::${type}` : `null::${type}`,
      ),
      `${index + 1}::int8`,
    ]);
    const names = [...columns.map(({ name }) => name), "position"];
    const [only = [], ...more] = lines;
    // Of a single row nothing is left in the plan but its values.
    return more.length === 0
      ? `(select ${only.map((value, column) => `${value} as ${names[column]}`).join(", ")}) v`
      : `(values ${lines.map((line) => `(${line.join(", ")})`).join(", ")}) as v (${names.join(", ")})`;
  },
};

/**
 * Many rows, as one JSON parameter, and what is the same in all of them as parameters beside it: an array
 * for each column would cost the server a buffer of 16 KB for each.
 */
const asJson: Passing = {
  prepared: new Map(),
  formOf: ({ kind, present, same }) => `${kind} ${present} ${same}`,
  valuesOf: ({ columns, rows, present, same, otherwise }) => [
    jsonOf(
      columns.map((_column, index) => has(present, index) && !has(same, index)),
      rows,
    ),
    ...(rows[0] ?? []).filter((_value, column) => has(same, column)),
    ...(otherwise === null ? [] : [rows.length]),
  ],
  countOf: ({ columns, same }, before) =>
    `$${before + 2 + columns.filter((_column, index) => has(same, index)).length}::int8`,
  // JSON columns travel as text and are cast, so that they are stored as they were written. The condition on
  // the position holds for every row: it makes the planner expect few of them, and look each one up by its
  // key. It plans once, maybe while the tables are empty, and would read a whole index for the 100 it expects.
  sourceOf({ columns, present, same }, before) {
    const typed: string[] = [];
    const named: string[] = [];
    let parameter = before + 1;
    const selected = columns.map(({ name, type }, column) => {
      if (has(same, column)) return `$${(parameter += 1)}::${type} as ${name}`;
      if (!has(present, column)) return `null::${type} as ${name}`;
      typed.push(`${keyOf(column)} ${type === "json" ? "text" : type}`);
      named.push(name);
      return type === "json" ? `${name}::json` : name;
    });
    return `(select ${selected.join(", ")}, position
      from rows from (json_to_recordset($${before + 1}::json) as (${typed.join(", ")}))
        with ordinality as r (${named.join(", ")}, position)
      where position between 1 and 1000000) v`;
  },
};

/** Short, because it stands in every row. */
const keyOf = (column: number): string => `c${column}`;

/** An array of objects with the columns that are `sent`; what is null is left out. */
function jsonOf(sent: readonly boolean[], rows: RowsToWrite["rows"]): string {
  const keys = sent.flatMap((isSent, column) => (isSent ? [[column, keyOf(column)] as const] : []));
  const objects = rows.map((row) => {
    const object: Record<string, Scalar> = {};
    for (const [column, key] of keys) {
      const value = row[column] ?? null;
      if (value !== null) object[key] = value;
    }
    return object;
  });
  const text = JSON.stringify(objects);
  // Half a surrogate pair is no text for PostgreSQL; as everywhere else it becomes U+FFFD.
  return /\\ud[89a-f]/.test(text) ? JSON.stringify(objects, wellFormed) : text;
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
