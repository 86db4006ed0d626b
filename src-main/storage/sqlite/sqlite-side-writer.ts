import type Database from "better-sqlite3";
import type { PinnedDefinition } from "../../../app/model/workflow-definition.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { LogLine, RegisteredChildProcess } from "../../../app/storage/storage.ts";
import { immediately } from "./sqlite-transaction.ts";
import type { Reads } from "./sqlite-reads.ts";

/** What is written beside history: definitions, log lines, child processes. */
export function createSideWriter(db: Database.Database, reads: Pick<Reads, "nodeKey">) {
  const insertDefinition = db.prepare(
    `insert into workflow_definition (hash, source, resolved, node_type_versions, created_at) values (?, ?, ?, ?, ?)
     on conflict (hash) do nothing`,
  );
  const insertLog = db.prepare(
    "insert into node_log (run, execution, attempt, at, level, text) values (?, ?, ?, ?, ?, ?)",
  );
  const insertChild = db.prepare(
    `insert into child_process (execution, pid, start_time) values (?, ?, ?)
     on conflict (execution) do update set pid = excluded.pid, start_time = excluded.start_time`,
  );
  const deleteChild = db.prepare("delete from child_process where execution = ?");

  function requireNode(nodeExecutionId: string): { run: number; key: number } {
    const found = reads.nodeKey(nodeExecutionId);
    if (found === null)
      throw new StorageError("NOT_FOUND", `There is no node execution ${nodeExecutionId}.`);
    return found;
  }

  return {
    putDefinition(definition: PinnedDefinition, at: string): void {
      const { hash, source, resolved, nodeTypeVersions } = definition;
      insertDefinition.run(
        hash,
        source,
        JSON.stringify(resolved),
        JSON.stringify(nodeTypeVersions),
        at,
      );
    },
    appendLogs: immediately(db, (lines: readonly LogLine[]): void => {
      for (const { nodeExecutionId, attempt, at, level, text } of lines) {
        const { run, key } = requireNode(nodeExecutionId);
        insertLog.run(run, key, attempt, at, level, text);
      }
    }),
    putChildProcess({ nodeExecutionId, pid, startTime }: RegisteredChildProcess): void {
      insertChild.run(requireNode(nodeExecutionId).key, pid, startTime);
    },
    removeChildProcess(nodeExecutionId: string): void {
      deleteChild.run(requireNode(nodeExecutionId).key);
    },
  };
}
