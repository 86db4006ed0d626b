import type { Payload } from "../../../app/model/json.ts";
import { inlineText } from "../payload-limits.ts";
import { multiRow, type Column } from "./postgres-multi-row.ts";
import { storedText } from "./postgres-values.ts";
import type { NewNode, NodeUpdate, StepWrite } from "./postgres-writes.ts";

type Details = Omit<NodeUpdate, "from">;

const details: readonly Column<Details>[] = [
  ["run_id", "uuid", (row) => row.runId],
  ["sequence", "int4", (row) => row.sequence],
  ["status", "text", (row) => row.status, "alike"],
  ["reason", "text", (row) => storedText(row.reason), "alike"],
  ["actor_kind", "text", (row) => row.actorKind, "alike"],
  ["actor_id", "text", (row) => row.actorId, "alike"],
  ["actor_via", "text", (row) => row.actorVia, "alike"],
  ["at", "timestamptz", (row) => row.at],
  ["attempt_number", "int4", ({ attempt }) => attempt?.number ?? null, "alike"],
  ["attempt_status", "text", ({ attempt }) => attempt?.status ?? null, "alike"],
  ["attempt_error", "json", ({ attempt }) => attempt?.error ?? null],
  ["attempt_metrics", "json", ({ attempt }) => attempt?.metrics ?? null],
  ["error", "json", (row) => row.error],
  ["not_before", "timestamptz", (row) => row.notBefore],
  ["question", "json", (row) => row.question],
  ["taken_edges", "json", (row) => row.takenEdges],
  ...payloadColumns("input", (row) => row.input),
  ...payloadColumns("output", (row) => row.output),
  ...payloadColumns("answer", (row) => row.answer),
];

function payloadColumns(
  slot: string,
  payloadOf: (row: Details) => Payload | null,
): readonly Column<Details>[] {
  const textOf = (payload: Payload | null) => (payload === null ? null : inlineText(payload));
  return [
    [`${slot}_sha256`, "text", (row) => payloadOf(row)?.sha256 ?? null],
    [`${slot}_bytes`, "int8", (row) => payloadOf(row)?.bytes ?? null],
    [`${slot}_text`, "text", (row) => textOf(payloadOf(row))],
  ];
}

const creation: readonly Column<NewNode>[] = [
  ...details,
  ["node_path", "text", (row) => storedText(row.nodePath)],
  ["iteration_path", "text", (row) => row.iterationPath, "alike"],
  ["node_type", "text", (row) => row.nodeType, "alike"],
  ["replay", "text", (row) => row.replay, "alike"],
  ["generation", "int4", (row) => row.generation, "alike"],
];

const insertInto = (outputOf: (part: string) => string): string => `
  insert into node_execution (run_id, sequence, node_path, iteration_path, node_type, replay, generation,
    status, status_reason, actor_kind, actor_id, actor_via, created_at, started_at, finished_at, not_before,
    attempt_number, attempt_status, attempt_started_at, error, taken_edges, question,
    input_sha256, input_bytes, input_text, output_sha256, output_bytes, output_text,
    answer_sha256, answer_bytes, answer_text)
  select v.run_id, v.sequence, v.node_path, v.iteration_path, v.node_type, v.replay, v.generation,
    v.status, v.reason, v.actor_kind, v.actor_id, v.actor_via, v.at,
    case v.status when 'running' then v.at end,
    case when v.status in ('completed', 'completed_with_issues', 'failed', 'cancelled') then v.at end,
    v.not_before, coalesce(v.attempt_number, 0), v.attempt_status,
    case when v.attempt_number is not null then v.at end, v.error, v.taken_edges, v.question,
    v.input_sha256, v.input_bytes, v.input_text, ${outputOf("sha256")}, ${outputOf("bytes")}, ${outputOf("text")},
    v.answer_sha256, v.answer_bytes, v.answer_text`;

/** Creates node executions. */
export const insertNodes = multiRow<NewNode>(
  "insert_nodes",
  creation,
  (source) => `${insertInto((part) => `v.output_${part}`)} from ${source}`,
);

/** Creates node executions that take over a saved output, which is copied inside the database: it may be large. */
export const takeOverNodes = multiRow<NewNode>(
  "take_over_nodes",
  [
    ...creation,
    ["reuse_run_id", "uuid", ({ reuse }) => reuse?.runId ?? null],
    ["reuse_sequence", "int4", ({ reuse }) => reuse?.sequence ?? null],
    ["reuse_sha256", "text", ({ reuse }) => reuse?.sha256 ?? null],
  ],
  (source) => `
    ${insertInto((part) => `s.output_${part}`)}
    from ${source} join node_execution s on s.run_id = v.reuse_run_id and s.sequence = v.reuse_sequence
      and s.output_sha256 = v.reuse_sha256 and s.status in ('completed', 'completed_with_issues')`,
  "CONSTRAINT: a saved output to take over is not there",
);

const kept = (slot: string): string =>
  ["sha256", "bytes", "text"]
    .map(
      (part) =>
        `${slot}_${part} = case when v.${slot}_sha256 is null then n.${slot}_${part} else v.${slot}_${part} end`,
    )
    .join(", ");

/** Changes the status of node executions. Input, answer and taken edges stay unless they are given. */
export const updateNodes = multiRow<NodeUpdate>(
  "update_nodes",
  [...details, ["from_status", "text", (row) => row.from, "alike"]],
  (source) =>
    `update node_execution n set
        status = v.status, status_reason = v.reason,
        actor_kind = v.actor_kind, actor_id = v.actor_id, actor_via = v.actor_via,
        started_at = case v.status when 'running' then coalesce(n.started_at, v.at) else n.started_at end,
        finished_at = case
          when v.status in ('completed', 'completed_with_issues', 'failed', 'cancelled') then v.at
          else n.finished_at end,
        attempt_number = coalesce(v.attempt_number, n.attempt_number),
        attempt_status = coalesce(v.attempt_status, n.attempt_status),
        attempt_started_at = case v.attempt_status when 'running' then v.at else n.attempt_started_at end,
        attempt_finished_at = case
          when v.attempt_status is null then n.attempt_finished_at
          when v.attempt_status <> 'running' then v.at end,
        attempt_error = case when v.attempt_status is null then n.attempt_error else v.attempt_error end,
        attempt_metrics = case when v.attempt_status is null then n.attempt_metrics else v.attempt_metrics end,
        error = v.error, not_before = v.not_before, question = v.question,
        taken_edges = coalesce(v.taken_edges, n.taken_edges),
        ${kept("input")}, ${kept("output")}, ${kept("answer")}
      from ${source}
      where n.run_id = v.run_id and n.sequence = v.sequence and n.status = v.from_status
        and n.attempt_number = case v.status when 'running' then v.attempt_number - 1
          else coalesce(v.attempt_number, n.attempt_number) end`,
  "CONFLICT: node executions changed meanwhile",
);

/** Intents and results of sub-steps. */
export const upsertSteps = multiRow<StepWrite>(
  "upsert_steps",
  [
    ["run_id", "uuid", (row) => row.runId],
    ["sequence", "int4", (row) => row.sequence],
    ["name", "text", (row) => row.name],
    ["n", "int4", (row) => row.n],
    ["attempt", "int4", (row) => row.attempt],
    ["at", "timestamptz", (row) => row.at],
    ["output_sha256", "text", ({ output }) => output?.sha256 ?? null],
    ["output_bytes", "int8", ({ output }) => output?.bytes ?? null],
    ["output_text", "text", ({ output }) => (output === null ? null : inlineText(output))],
  ],
  (source) => `
    insert into sub_step (run_id, sequence, name, n, attempt, status, recorded_at, output_sha256, output_bytes, output_text)
    select run_id, sequence, name, n, attempt, case when output_sha256 is null then 'intended' else 'recorded' end, at,
      output_sha256, output_bytes, output_text
    from ${source} order by position
    on conflict (run_id, sequence, name, n) do update set attempt = excluded.attempt, status = excluded.status,
      recorded_at = excluded.recorded_at, output_sha256 = excluded.output_sha256,
      output_bytes = excluded.output_bytes, output_text = excluded.output_text`,
);
