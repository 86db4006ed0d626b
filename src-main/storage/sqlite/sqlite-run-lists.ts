import type Database from "better-sqlite3";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { RunQuery } from "../../../app/storage/storage.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { runOfRow, type RunRow } from "../run-rows.ts";
import { selectRun } from "./sqlite-selects.ts";

/** Pages of runs, newest first, each by an index and never by an offset. */
export function createRunLists(db: Database.Database) {
  const runKey = db
    .prepare<[string], number>("select id from workflow_run where run_id = ?")
    .pluck();
  const statements = new Map<string, Database.Statement<(string | number)[], RunRow>>();

  function statement(sql: string): Database.Statement<(string | number)[], RunRow> {
    let prepared = statements.get(sql);
    if (prepared === undefined) statements.set(sql, (prepared = db.prepare(sql)));
    return prepared;
  }

  return {
    listRuns(query: RunQuery): readonly WorkflowRun[] {
      const before =
        query.before === undefined ? Number.MAX_SAFE_INTEGER : runKey.get(query.before);
      if (before === undefined) {
        throw new StorageError(
          "NOT_FOUND",
          `There is no run ${query.before ?? ""} to list from. Start the list anew.`,
        );
      }
      const { sql, values } = pageQuery(query, before);
      return statement(sql)
        .all(...values)
        .map(runOfRow);
    },
  };
}

/** One range of an index a state, merged: a page reads as many rows as it shows, whatever the table holds. */
export function pageQuery(
  query: RunQuery,
  before: number,
): { readonly sql: string; readonly values: (string | number)[] } {
  const { states, workflowId, limit } = query;
  const order = "order by r.id desc limit ?";
  if (workflowId !== undefined) {
    const marks = (states ?? []).map(() => "?").join(", ");
    const filter = states === undefined ? "" : `and r.status in (${marks})`;
    return {
      sql: `${selectRun} where r.workflow_id = ? and r.id < ? ${filter} ${order}`,
      values: [workflowId, before, ...(states ?? []), limit],
    };
  }
  if (states === undefined)
    return { sql: `${selectRun} where r.id < ? ${order}`, values: [before, limit] };
  const ranges = states.map(
    () =>
      "select id from (select id from workflow_run where status = ? and id < ? order by id desc limit ?)",
  );
  return {
    sql: `${selectRun} where r.id in (${ranges.length === 0 ? "select 0 where 0" : ranges.join(" union all ")}) ${order}`,
    values: [...states.flatMap((state) => [state, before, limit]), limit],
  };
}
