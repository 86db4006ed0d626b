import { StorageError } from "../../../app/storage/storage-error.ts";
import type { HistoryReader } from "../history-copy.ts";
import { columnsOf, type HistoryRow, type HistoryTable } from "../history-tables.ts";
import { readChunks } from "./postgres-chunks.ts";
import { selectHistory, selectLargePayloads } from "./postgres-history-sql.ts";
import type { Query, Transaction } from "./postgres-transaction.ts";
import { textOfStored } from "./postgres-values.ts";

/** Rows with payloads may hold up to 3 MB each. */
const pageRows: Partial<Readonly<Record<HistoryTable, number>>> = {
  run_payload: 64,
  node_execution: 64,
  sub_step: 64,
};

/** Reads a whole history through cursors of one transaction. */
export function createHistoryReader(transaction: Transaction): HistoryReader {
  const query = settledQuery(transaction);

  async function* rowsOf<Row extends object>(
    name: string,
    { sql, pageSize }: { readonly sql: string; readonly pageSize: number },
  ): AsyncGenerator<readonly Row[]> {
    await transaction.run(`declare copy_of_${name} no scroll cursor for ${sql}`);
    const fetch = { name: `copy_fetch_${name}`, text: `fetch ${pageSize} from copy_of_${name}` };
    for (;;) {
      const page = await query<Row & object>(fetch);
      if (page.length > 0) yield page;
      if (page.length < pageSize) break;
    }
    await transaction.run(`close copy_of_${name}`);
    await transaction.settle();
  }

  return {
    async countRows(table) {
      const name = `copy_count_${table}`;
      const [row] = await query<{ rows: number }>({
        name,
        text: `select count(*) as rows from ${table}`,
      });
      return row?.rows ?? 0;
    },
    async *readTable(table) {
      const anyTexts = columnsOf(table).flatMap(([name, kind]) =>
        kind === "anyText" ? [name] : [],
      );
      const pages = rowsOf<HistoryRow>(table, {
        sql: selectHistory[table],
        pageSize: pageRows[table] ?? 1_000,
      });
      for await (const page of pages)
        yield anyTexts.length === 0 ? page : page.map((row) => withTexts(row, anyTexts));
    },
    async *readLargePayloads() {
      const pages = rowsOf<{ sha256: string }>("large_payload", {
        sql: selectLargePayloads,
        pageSize: 1_000,
      });
      for await (const page of pages)
        for (const { sha256 } of page) {
          const text = await readChunks(query, sha256);
          if (text === null)
            throw new StorageError(
              "DAMAGED",
              `The chunks of the result ${sha256} are missing. Nothing was copied. \`handshake doctor --full\` names its run; restore it from a backup.`,
            );
          yield { sha256, text };
        }
    },
  };
}

/** A transaction keeps what it sent until it settles, and with it the rows: here that may be everything. */
export function settledQuery({ query, settle }: Transaction): Query {
  return async (statement, values) => {
    const rows = await query(statement, values);
    await settle();
    // The caller's row type, which `query` would have inferred.
    return rows as never;
  };
}

function withTexts(row: HistoryRow, columns: readonly string[]): HistoryRow {
  const changed: Record<string, string | number | null> = { ...row };
  for (const column of columns) {
    const value = changed[column];
    if (typeof value === "string") changed[column] = textOfStored(value);
  }
  return changed;
}
