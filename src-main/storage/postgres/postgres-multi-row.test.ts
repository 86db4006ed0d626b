import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { multiRow, together, type Column } from "./postgres-multi-row.ts";

type Row = Readonly<Record<string, number | null>>;

const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
const columns = names.map((name): Column<Row> => [
  name,
  "int4",
  (row) => row[name] ?? null,
  "alike",
]);
const written = multiRow<Row>(
  "written",
  columns,
  (source) => `select * from ${source}`,
  "CONFLICT",
);
const guard = { sql: "select $1::int4", values: [7] };

test("a statement's name tells its SQL, whichever process names it, and in whatever order", () => {
  const rows = (of: Row) => together([written.rowsToWrite([of])], guard).statement;
  const [one, other] = [rows({ a: 1 }), rows({ b: 1 })];
  expect(one.name).not.toBe(other.name);
  expect(one.name).toMatch(/^write_[0-9a-f]{32}$/);
  const hash = createHash("sha256").update(one.text).digest("hex");
  expect(one.name).toBe(`write_${hash.slice(0, 32)}`);
});

test.each([
  ["few", 2],
  ["many", 20],
])(
  "of %s rows a statement takes as many parameters as it gets, also when more forms are used than are prepared",
  (_amount, count) => {
    const texts = new Set<string>();
    for (let form = 1; form < 2 ** names.length; form += 1) {
      // Some columns are absent, of the others some are the same in all rows.
      const rows = Array.from({ length: count }, (_row, position) =>
        Object.fromEntries(
          names.map((name, bit) => [
            name,
            Math.floor(form / 2 ** bit) % 2 === 0 ? null : bit < 4 ? 5 : position,
          ]),
        ),
      );
      const { statement, values } = together([written.rowsToWrite(rows)], guard);
      texts.add(statement.text);
      const taken = [...statement.text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
      expect(new Set(taken).size).toBe(Math.max(...taken));
      expect(values).toHaveLength(Math.max(...taken));
    }
    expect(texts.size).toBeGreaterThan(30);
    expect(texts.size).toBeLessThan(70);
  },
);
