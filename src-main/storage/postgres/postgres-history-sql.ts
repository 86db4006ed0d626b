import {
  columnsOf,
  type ColumnKind,
  type HistoryRow,
  type HistoryTable,
} from "../history-tables.ts";
import { multiRow, type Column, type MultiRow } from "./postgres-multi-row.ts";
import { storedText } from "./postgres-values.ts";

const namesOf = (table: HistoryTable): readonly string[] =>
  columnsOf(table).map(([column]) => column);

const of = (alias: string, table: HistoryTable, without: readonly string[] = []): string =>
  namesOf(table)
    .filter((column) => !without.includes(column))
    .map((column) => `${alias}.${column}`)
    .join(", ");

/** Keys are compared byte by byte, as SQLite does, whatever the database's own order is. */
const runFirst = "from workflow_run r join";

/** Every row of a table in its order, with the ids that the outside knows (history-tables.ts). */
export const selectHistory: Readonly<Record<HistoryTable, string>> = {
  engine_instance: `select ${of("i", "engine_instance")} from engine_instance i order by epoch`,
  workflow_definition: `select ${of("d", "workflow_definition")} from workflow_definition d
    order by hash collate "C"`,
  job: `select ${of("j", "job")} from job j order by job_id`,
  workflow_run: `select ${of("r", "workflow_run", ["definition_hash", "pinned"])}, r.pinned::int as pinned,
      d.hash as definition_hash
    from workflow_run r join workflow_definition d on d.id = r.definition order by r.ordinal`,
  run_payload: `select ${of("p", "run_payload")} ${runFirst} run_payload p on p.run_id = r.run_id
    order by r.ordinal, p.slot collate "C"`,
  node_execution: `select ${of("n", "node_execution")} ${runFirst} node_execution n on n.run_id = r.run_id
    order by r.ordinal, n.sequence`,
  attempt: `select ${of("a", "attempt")} ${runFirst} attempt a on a.run_id = r.run_id
    order by r.ordinal, a.sequence, a.number`,
  sub_step: `select ${of("s", "sub_step")} ${runFirst} sub_step s on s.run_id = r.run_id
    order by r.ordinal, s.sequence, s.ordinal`,
  run_event: `select ${of("e", "run_event")} ${runFirst} run_event e on e.run_id = r.run_id
    order by r.ordinal, e.seq`,
  node_log: `select ${of("l", "node_log")} from node_log l order by l.number`,
};

/** The SHA-256 of every payload whose text is not in its row. */
export const selectLargePayloads = `
  select sha256 from (
    select sha256 from run_payload where text is null
    union select output_sha256 from sub_step where output_text is null and output_sha256 is not null
    union select input_sha256 from node_execution where input_text is null and input_sha256 is not null
    union select output_sha256 from node_execution where output_text is null and output_sha256 is not null
    union select answer_sha256 from node_execution where answer_text is null and answer_sha256 is not null
  ) large order by sha256 collate "C"`;

const types: Readonly<Record<ColumnKind, string>> = {
  integer: "int8",
  flag: "int4",
  text: "text",
  anyText: "text",
  json: "json",
  time: "timestamptz",
  uuid: "uuid",
};

/** Rows as they are; `extra` holds columns that only this backend has, and what stands in them. */
function inserting(
  table: HistoryTable,
  extra: Readonly<Record<string, string>> = {},
  {
    from = "",
    without = [],
  }: { readonly from?: string; readonly without?: readonly string[] } = {},
): MultiRow<HistoryRow> {
  const columns = columnsOf(table).map(([name, kind]): Column<HistoryRow> => [
    name,
    types[kind],
    (row) => valueOf(row[name], kind),
  ]);
  const plain = namesOf(table).filter((column) => !without.includes(column) && !(column in extra));
  const into = [...plain, ...Object.keys(extra)].join(", ");
  const selected = [...plain.map((column) => `v.${column}`), ...Object.values(extra)].join(", ");
  return multiRow(
    `copy_${table}`,
    columns,
    (source) => `insert into ${table} (${into}) overriding system value
      select ${selected} from ${source} ${from} order by v.position`,
  );
}

function valueOf(value: string | number | null | undefined, kind: ColumnKind) {
  if (value === undefined) return null;
  return kind === "anyText" && typeof value === "string" ? storedText(value) : value;
}

/** Writes rows of a table, in their order. */
export const insertHistory: Readonly<Record<HistoryTable, MultiRow<HistoryRow>>> = {
  // An engine of other data has no lease here: nobody has to wait for it to run out.
  engine_instance: inserting("engine_instance", {
    fenced_at: "case when v.clean_at is null then clock_timestamp() end",
  }),
  workflow_definition: inserting("workflow_definition"),
  job: inserting("job"),
  workflow_run: inserting(
    "workflow_run",
    { definition: "d.id", pinned: "v.pinned = 1" },
    {
      from: "join workflow_definition d on d.hash = v.definition_hash",
      without: ["definition_hash"],
    },
  ),
  run_payload: inserting("run_payload"),
  node_execution: inserting("node_execution"),
  attempt: inserting("attempt"),
  sub_step: inserting("sub_step"),
  run_event: inserting("run_event"),
  node_log: inserting("node_log"),
};
