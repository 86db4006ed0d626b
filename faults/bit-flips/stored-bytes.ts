import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

/** A stretch of the data file that holds a payload or a piece of history. */
export interface StoredBytes {
  /** Such as `run_event.data`. */
  readonly column: string;
  readonly offset: number;
  readonly length: number;
}

const columns = [
  ["run_payload", "text"],
  ["node_execution", "input_text"],
  ["node_execution", "output_text"],
  ["sub_step", "output_text"],
  ["run_event", "data"],
  ["run_event", "group_id"],
] as const;

/** Where the payloads and the history lie in a closed data file. */
export function findStoredBytes(folder: string): readonly StoredBytes[] {
  const file = join(folder, "handshake.db");
  const bytes = readFileSync(file);
  const db = new Database(file, { readonly: true });
  try {
    return columns.flatMap(([table, column]) =>
      db
        .prepare<[], string>(`select distinct ${column} from ${table} where ${column} is not null`)
        .pluck()
        .all()
        .flatMap((text) => {
          const offset = onlyPlace(bytes, text);
          const length = Buffer.byteLength(text);
          return offset === null ? [] : [{ column: `${table}.${column}`, offset, length }];
        }),
    );
  } finally {
    db.close();
  }
}

/** Null where the text is cut into pages, or lies in several places of which one may be free. */
function onlyPlace(bytes: Buffer, text: string): number | null {
  const first = bytes.indexOf(text);
  return first === -1 || bytes.includes(text, first + 1) ? null : first;
}
