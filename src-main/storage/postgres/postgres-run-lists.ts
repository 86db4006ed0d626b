import { StorageError } from "../../../app/storage/storage-error.ts";
import type { RunQuery } from "../../../app/storage/storage.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import type { RunRow } from "../run-rows.ts";
import { runOf } from "./postgres-reads.ts";
import { selectRun } from "./postgres-selects.ts";
import type { Query, Statement, Value } from "./postgres-transaction.ts";
import { uuidOrNull } from "./postgres-values.ts";

/** A page of runs, newest first, by an index and never by an offset. */
export async function listRuns(query: Query, request: RunQuery): Promise<readonly WorkflowRun[]> {
  const before = request.before === undefined ? null : await ordinalOf(query, request.before);
  const { statement, values } = pageQuery(request, before);
  return (await query<RunRow>(statement, values)).map(runOf);
}

async function ordinalOf(query: Query, runId: string): Promise<number> {
  const [row] = await query<{ ordinal: number }>(ordinal, [uuidOrNull(runId)]);
  if (row !== undefined) return row.ordinal;
  throw new StorageError(
    "NOT_FOUND",
    `There is no run ${runId} to list from. Start the list anew.`,
  );
}

const ordinal = {
  name: "ordinal",
  text: "select ordinal from workflow_run where run_id = $1",
};

const beforeFirst = 9_007_199_254_740_991;

/**
 * One range of an index, or one a state, merged: a page reads as many rows as it shows, whatever the table holds.
 * Said as a range in the order of that index: where a state or workflow is equal the planner would rather go
 * through all runs, newest first, which takes long for what few or only old ones are.
 */
export function pageQuery(
  { states, workflowId, limit }: RunQuery,
  before: number | null,
): { readonly statement: Statement; readonly values: readonly Value[] } {
  const page = [before ?? beforeFirst, limit];
  if (workflowId !== undefined) {
    const filter = states === undefined ? "" : "and r.status = any ($4::text[])";
    return {
      statement: {
        name: `runs_of_workflow${states === undefined ? "" : "_by_state"}`,
        text: `${selectRun} where r.workflow_id >= $3 and (r.workflow_id, r.ordinal) < ($3, $1) ${filter}
          order by r.workflow_id desc, r.ordinal desc limit $2`,
      },
      values: [...page, workflowId, ...(states === undefined ? [] : [states])],
    };
  }
  if (states === undefined)
    return {
      statement: {
        name: "runs",
        text: `${selectRun} where r.ordinal < $1 order by r.ordinal desc limit $2`,
      },
      values: page,
    };
  return {
    statement: {
      name: "runs_by_state",
      text: `${selectRun} where r.ordinal in (
          select page.ordinal from unnest($3::text[]) as state (name) cross join lateral (
            select ordinal from workflow_run where status >= state.name and (status, ordinal) < (state.name, $1)
            order by status desc, ordinal desc limit $2) page)
        order by r.ordinal desc limit $2`,
    },
    values: [...page, states],
  };
}
