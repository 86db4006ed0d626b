import type { PinnedDefinition } from "../../../app/model/workflow-definition.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, LogLine, RegisteredChildProcess } from "../../../app/storage/storage.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { requireFence } from "./postgres-instances.ts";
import { multiRow } from "./postgres-multi-row.ts";
import { nodeKeyOf } from "./postgres-reads.ts";
import type { Statement, Value } from "./postgres-transaction.ts";
import { storedText } from "./postgres-values.ts";

/**
 * What is written beside history: definitions, log lines, child processes. A child's row goes by its node
 * execution, which another engine may have taken over: an engine that was fenced leaves it alone.
 */
export function createSideWriter(connection: PostgresConnection, ownFence: () => Fence | null) {
  return {
    putDefinition: (definition: PinnedDefinition, at: string): Promise<void> =>
      write("Could not save a definition", insertDefinition, [
        definition.hash,
        definition.source,
        JSON.stringify(definition.resolved),
        JSON.stringify(definition.nodeTypeVersions),
        at,
      ]),
    appendLogs: (lines: readonly LogLine[]): Promise<void> =>
      connection.write("Could not save log lines", async (transaction) => {
        insertLogs.send(transaction, lines);
      }),
    putChildProcess: ({
      nodeExecutionId,
      pid,
      startTime,
    }: RegisteredChildProcess): Promise<void> => {
      const { runId, sequence } = requireKey(nodeExecutionId);
      return writeFenced("Could not note a child process", upsertChild, [
        runId,
        sequence,
        pid,
        startTime,
      ]);
    },
    removeChildProcess: (nodeExecutionId: string): Promise<void> => {
      const { runId, sequence } = requireKey(nodeExecutionId);
      return writeFenced("Could not forget a child process", deleteChild, [runId, sequence]);
    },
  };

  async function write(
    attempted: string,
    statement: Statement,
    values: readonly Value[],
  ): Promise<void> {
    await connection.write(attempted, async (transaction) => {
      transaction.send(statement, values);
    });
  }

  async function writeFenced(
    attempted: string,
    statement: Statement,
    values: readonly Value[],
  ): Promise<void> {
    const fence = ownFence();
    await connection.write(attempted, async (transaction) => {
      if (fence !== null) await requireFence(transaction.query, fence);
      transaction.send(statement, values);
    });
  }
}

function requireKey(nodeExecutionId: string): { runId: string; sequence: number } {
  const key = nodeKeyOf(nodeExecutionId);
  if (key !== null) return key;
  throw new StorageError("NOT_FOUND", `There is no node execution ${nodeExecutionId}.`);
}

const insertDefinition = {
  name: "insert_definition",
  text: `insert into workflow_definition (hash, source, resolved, node_type_versions, created_at)
    values ($1, $2, $3, $4, $5) on conflict (hash) do nothing`,
};

const insertLogs = multiRow<LogLine>(
  "insert_logs",
  [
    ["run_id", "uuid", ({ nodeExecutionId }) => requireKey(nodeExecutionId).runId],
    ["sequence", "int4", ({ nodeExecutionId }) => requireKey(nodeExecutionId).sequence],
    ["attempt", "int4", (line) => line.attempt],
    ["at", "timestamptz", (line) => line.at],
    ["level", "text", (line) => line.level],
    ["text", "text", (line) => storedText(line.text)],
  ],
  (source) =>
    `insert into node_log (run_id, sequence, attempt, at, level, text)
      select run_id, sequence, attempt, at, level, text from ${source} order by position`,
  "CONSTRAINT: log lines",
);

const upsertChild = {
  name: "upsert_child",
  text: `insert into child_process (run_id, sequence, pid, start_time) values ($1, $2, $3, $4)
    on conflict (run_id, sequence) do update set pid = excluded.pid, start_time = excluded.start_time`,
};

const deleteChild = {
  name: "delete_child",
  text: "delete from child_process where run_id = $1 and sequence = $2",
};
