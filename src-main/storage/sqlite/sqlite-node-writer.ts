import type Database from "better-sqlite3";
import { parseNodeExecutionId } from "../../../app/model/execution-id.ts";
import { isTerminal } from "../../../app/model/job.ts";
import type { ChangeNodeStatus, CreateNodeExecution } from "../../../app/storage/change.ts";
import type { GroupContext } from "./sqlite-event-writer.ts";
import { conflict, refuse } from "../group-rejection.ts";
import { inlineText } from "../payload-limits.ts";
import { checkNodeCreation, checkNodeTransition } from "../transition-check.ts";

type NodeChange = ChangeNodeStatus | CreateNodeExecution;

/**
 * Writes node executions. Each shape of change (from, to, actor, and which members are there) has its
 * own prepared statement with the words as literals; there are a few dozen of them in practice.
 */
export function createNodeWriter(db: Database.Database) {
  const updates = new Map<number, Database.Statement>();
  const inserts = new Map<number, Database.Statement>();
  const parameters: (string | number | null)[] = [];

  function changeNodeStatus(change: ChangeNodeStatus, context: GroupContext): void {
    const shape = shapeOf(change, change.from, change.to);
    let statement = updates.get(shape);
    if (statement === undefined) updates.set(shape, (statement = db.prepare(updateSql(change))));
    parameters.length = 0;
    const { at } = context;
    pushWho(change);
    if (change.to === "running") parameters.push(at);
    else if (isTerminal(change.to)) parameters.push(at);
    pushDetails(change, at);
    parameters.push(context.run, change.sequence);
    if (change.attempt !== undefined) {
      parameters.push(change.to === "running" ? change.attempt.number - 1 : change.attempt.number);
    }
    if (statement.run(parameters).changes !== 1)
      throw conflict(`Node execution ${change.nodeExecutionId}`);
  }

  function createNode(change: CreateNodeExecution, context: GroupContext): void {
    if ((change.attempt?.number ?? 1) !== 1) {
      throw refuse(`Node execution ${change.nodeExecutionId}`, "the first attempt has number 1");
    }
    const shape = shapeOf(change, null, change.status);
    let statement = inserts.get(shape);
    if (statement === undefined) inserts.set(shape, (statement = db.prepare(insertSql(change))));
    parameters.length = 0;
    const { at } = context;
    pushWho(change);
    if (change.status === "running" || isTerminal(change.status)) parameters.push(at);
    pushDetails(change, at);
    parameters.push(
      context.run,
      change.sequence,
      change.nodePath,
      change.iterationPath,
      change.nodeType,
      change.replay,
      change.generation,
      at,
    );
    const { lastInsertRowid } = statement.run(parameters);
    if (change.reuse !== undefined) takeOverOutput(change, change.reuse, lastInsertRowid);
  }

  const reuseOutput = db.prepare(
    `update node_execution
     set (output_sha256, output_bytes, output_text) = (
       select source.output_sha256, source.output_bytes, source.output_text from node_execution source where source.id = ?)
     where id = ?`,
  );
  const findOutput = db
    .prepare<[string, number, string], number>(
      `select n.id from node_execution n
     where n.run = (select id from workflow_run where run_id = ?) and n.sequence = ?
       and n.status in ('completed', 'completed_with_issues') and n.output_sha256 = ?`,
    )
    .pluck();

  /** The saved text is copied inside the database: it may be large, and it is already durable. */
  function takeOverOutput(
    change: CreateNodeExecution,
    reuse: NonNullable<CreateNodeExecution["reuse"]>,
    target: number | bigint,
  ): void {
    const { runId, sequence } = parseNodeExecutionId(reuse.nodeExecutionId);
    const source = findOutput.get(runId, sequence, reuse.outputRef.sha256);
    if (source === undefined) {
      throw refuse(
        `Node execution ${change.nodeExecutionId}`,
        `${reuse.nodeExecutionId} has no such saved output to take over`,
      );
    }
    reuseOutput.run(source, target);
  }

  // In the order of `whoColumns`.
  function pushWho({ reason, actor }: NodeChange): void {
    if (hasReason(reason)) parameters.push(reason);
    if (actor.id !== undefined) parameters.push(actor.id);
    if (actor.via !== undefined) parameters.push(actor.via);
  }

  // In the order of `detailColumns`.
  function pushDetails(change: NodeChange, at: string): void {
    const { attempt } = change;
    if (attempt !== undefined) {
      if (attempt.status === "running") {
        // Of a new node execution it is the first one.
        if (change.change === "nodeStatus") parameters.push(attempt.number);
        parameters.push(at);
      } else {
        parameters.push(at);
        if (attempt.error !== undefined) parameters.push(JSON.stringify(attempt.error));
        if (attempt.metrics !== undefined) parameters.push(JSON.stringify(attempt.metrics));
      }
    }
    if (change.error !== undefined) parameters.push(JSON.stringify(change.error));
    if (change.notBefore !== undefined) parameters.push(change.notBefore);
    if (change.question !== undefined) parameters.push(JSON.stringify(change.question));
    if (change.takenEdges !== undefined) parameters.push(`[${change.takenEdges.join(",")}]`);
    if (change.input !== undefined) pushPayload(change.input);
    if (change.output !== undefined) pushPayload(change.output);
    if (change.answer !== undefined) pushPayload(change.answer);
  }

  function pushPayload(payload: NonNullable<NodeChange["input"]>): void {
    parameters.push(payload.sha256, payload.bytes, inlineText(payload));
  }

  return { createNode, changeNodeStatus };
}

/** What is mostly nothing is written into the statement: a third of its time is binding. */
function whoColumns({
  reason,
  actor,
}: NodeChange): readonly (readonly [column: string, value: string])[] {
  return [
    ["status_reason", hasReason(reason) ? "?" : "''"],
    ["actor_id", actor.id === undefined ? "null" : "?"],
    ["actor_via", actor.via === undefined ? "null" : "?"],
  ];
}

function hasReason(reason: string | undefined): reason is string {
  return reason !== undefined && reason !== "";
}

/** Columns and their values, `?` in the order of `pushDetails`. */
function detailColumns(change: NodeChange): readonly (readonly [column: string, value: string])[] {
  const { attempt } = change;
  const columns: (readonly [string, string])[] = [];
  if (attempt !== undefined) {
    columns.push(["attempt_status", `'${attempt.status}'`]);
    if (attempt.status === "running") {
      columns.push(
        ["attempt_number", change.change === "createNode" ? "1" : "?"],
        ["attempt_started_at", "?"],
        ["attempt_finished_at", "null"],
      );
      columns.push(["attempt_error", "null"], ["attempt_metrics", "null"]);
    } else {
      columns.push(["attempt_finished_at", "?"]);
      if (attempt.error !== undefined) columns.push(["attempt_error", "?"]);
      if (attempt.metrics !== undefined) columns.push(["attempt_metrics", "?"]);
    }
  }
  columns.push(["error", change.error === undefined ? "null" : "?"]);
  columns.push(["not_before", change.notBefore === undefined ? "null" : "?"]);
  columns.push(["question", change.question === undefined ? "null" : "?"]);
  if (change.takenEdges !== undefined) columns.push(["taken_edges", "?"]);
  for (const slot of ["input", "output", "answer"] as const) {
    if (change[slot] === undefined) continue;
    columns.push([`${slot}_sha256`, "?"], [`${slot}_bytes`, "?"], [`${slot}_text`, "?"]);
  }
  return columns;
}

function updateSql(change: ChangeNodeStatus): string {
  const { from, to, actor, attempt } = change;
  checkNodeTransition(change);
  const columns: (readonly [string, string])[] = [
    ["status", `'${to}'`],
    ["actor_kind", `'${actor.kind}'`],
    ...whoColumns(change),
  ];
  if (to === "running") columns.push(["started_at", "coalesce(started_at, ?)"]);
  else if (isTerminal(to)) columns.push(["finished_at", "?"]);
  columns.push(...detailColumns(change));
  return `update node_execution set ${columns.map(([column, value]) => `${column} = ${value}`).join(", ")}
    where run = ? and sequence = ? and status = '${from}'${attempt === undefined ? "" : " and attempt_number = ?"}`;
}

function insertSql(change: CreateNodeExecution): string {
  const { status, actor } = change;
  checkNodeCreation(change);
  const columns: (readonly [string, string])[] = [
    ["status", `'${status}'`],
    ["actor_kind", `'${actor.kind}'`],
    ...whoColumns(change),
  ];
  if (status === "running") columns.push(["started_at", "?"]);
  else if (isTerminal(status)) columns.push(["finished_at", "?"]);
  columns.push(...detailColumns(change));
  for (const column of [
    "run",
    "sequence",
    "node_path",
    "iteration_path",
    "node_type",
    "replay",
    "generation",
    "created_at",
  ]) {
    columns.push([column, "?"]);
  }
  return `insert into node_execution (${columns.map(([column]) => column).join(", ")})
    values (${columns.map(([, value]) => value).join(", ")})`;
}

const statusNumber: Readonly<Record<string, number>> = {
  queued: 1,
  running: 2,
  stalled: 3,
  awaiting_user: 4,
  awaiting_validation: 5,
  completed: 6,
  completed_with_issues: 7,
  failed: 8,
  cancelled: 9,
};
const actorNumber: Readonly<Record<string, number>> = { engine: 0, system: 1, human: 2, policy: 3 };

/** A number that is the same for changes that one statement can write. Unknown words are refused. */
function shapeOf(change: NodeChange, from: string | null, to: string): number {
  const fromNumber = from === null ? 0 : statusNumber[from];
  const toNumber = statusNumber[to];
  const actor = actorNumber[change.actor.kind];
  const { attempt } = change;
  const attemptNumber = attempt === undefined ? 0 : statusNumber[attempt.status];
  if (
    fromNumber === undefined ||
    toNumber === undefined ||
    actor === undefined ||
    attemptNumber === undefined
  ) {
    throw refuse(`Node execution ${change.nodeExecutionId}`, "a status or actor is unknown");
  }
  let shape = ((fromNumber * 10 + toNumber) * 4 + actor) * 10 + attemptNumber;
  shape = shape * 2 + (hasReason(change.reason) ? 1 : 0);
  shape = shape * 2 + (change.actor.id === undefined ? 0 : 1);
  shape = shape * 2 + (change.actor.via === undefined ? 0 : 1);
  shape = shape * 2 + (change.error === undefined ? 0 : 1);
  shape = shape * 2 + (change.notBefore === undefined ? 0 : 1);
  shape = shape * 2 + (change.question === undefined ? 0 : 1);
  shape = shape * 2 + (change.takenEdges === undefined ? 0 : 1);
  shape = shape * 2 + (change.input === undefined ? 0 : 1);
  shape = shape * 2 + (change.output === undefined ? 0 : 1);
  shape = shape * 2 + (change.answer === undefined ? 0 : 1);
  shape = shape * 2 + (attempt?.error === undefined ? 0 : 1);
  return shape * 2 + (attempt?.metrics === undefined ? 0 : 1);
}
