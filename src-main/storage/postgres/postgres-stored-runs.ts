import { nodeExecutionIdOf } from "../../../app/model/execution-id.ts";
import type { IntegrityProblem } from "../../../app/storage/storage.ts";
import { checkEvents, compareWithHistory, type ChecksummedRow } from "../history-check.ts";
import {
  attemptOfRow,
  subStepOfRow,
  type AttemptRow,
  type NodeRow,
  type SubStepRow,
} from "../node-rows.ts";
import type { JobRow, RunRow } from "../run-rows.ts";
import { jobOf, nodeOf, runOf } from "./postgres-reads.ts";
import { eventColumns, nodeColumns, selectJob, selectRun } from "./postgres-selects.ts";
import type { Query } from "./postgres-transaction.ts";

/** Whether histories are whole, and their rows what they say. Asks for all runs at once: one round trip. */
export async function checkStoredRuns(
  query: Query,
  runIds: readonly string[],
): Promise<readonly IntegrityProblem[]> {
  const rows = await readRows(query, runIds);
  return runIds.flatMap((runId) => checkRun(runId, rows));
}

type StoredRows = Awaited<ReturnType<typeof readRows>>;
type OfRun<Row> = Row & { readonly run_id: string };
type OfNode<Row> = OfRun<Row> & { readonly sequence: number };

/** The rows of all runs, by run; jobs by their id. */
async function readRows(query: Query, runIds: readonly string[]) {
  const [events, runs, jobs, nodes, attempts, subSteps] = await Promise.all([
    query<OfRun<ChecksummedRow>>(eventsOfRuns, [runIds]),
    query<RunRow>(runsOfRuns, [runIds]),
    query<JobRow>(jobsOfRuns, [runIds]),
    query<OfRun<NodeRow>>(nodesOfRuns, [runIds]),
    query<OfNode<AttemptRow>>(attemptsOfRuns, [runIds]),
    query<OfNode<SubStepRow>>(subStepsOfRuns, [runIds]),
  ]);
  return {
    events: byRun(events),
    runs: new Map(runs.map((row) => [row.run_id, row])),
    jobs: new Map(jobs.map((row) => [row.job_id, row])),
    nodes: byRun(nodes),
    attempts: byRun(attempts),
    subSteps: byRun(subSteps),
  };
}

function byRun<Row extends { readonly run_id: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, ({ run_id }) => run_id);
}

function checkRun(runId: string, rows: StoredRows): readonly IntegrityProblem[] {
  const events = rows.events.get(runId) ?? [];
  const damaged = checkEvents(runId, events);
  if (damaged.length > 0) return damaged;
  try {
    const run = rows.runs.get(runId);
    const job = run === undefined ? undefined : rows.jobs.get(run.job_id);
    return compareWithHistory(runId, events, {
      run: run === undefined ? null : runOf(run),
      job: job === undefined ? null : jobOf(job),
      nodes: (rows.nodes.get(runId) ?? []).map((row) => nodeOf(runId, row)),
      attempts: (rows.attempts.get(runId) ?? []).map((row) =>
        attemptOfRow(nodeExecutionIdOf(runId, row.sequence), row),
      ),
      subSteps: (rows.subSteps.get(runId) ?? []).map((row) =>
        subStepOfRow(nodeExecutionIdOf(runId, row.sequence), row),
      ),
    });
  } catch (error) {
    // A row that says nothing this app knows.
    const message = error instanceof Error ? error.message : String(error);
    return [{ where: "history", message, runId }];
  }
}

const eventsOfRuns = {
  name: "verify_events",
  text: `select e.run_id, ${eventColumns}, e.checksum from run_event e
    where e.run_id = any ($1::uuid[]) order by e.run_id, e.seq`,
};
const runsOfRuns = {
  name: "verify_stored_runs",
  text: `${selectRun} where r.run_id = any ($1::uuid[])`,
};
const jobsOfRuns = {
  name: "verify_stored_jobs",
  text: `${selectJob} where j.job_id in (select job_id from workflow_run where run_id = any ($1::uuid[]))`,
};
const nodesOfRuns = {
  name: "verify_nodes",
  text: `select n.run_id, ${nodeColumns} from node_execution n
    where n.run_id = any ($1::uuid[]) order by n.run_id, n.sequence`,
};
const attemptsOfRuns = {
  name: "verify_attempts",
  text: `select run_id, sequence, number, status, error, metrics, started_at, finished_at from node_attempt
    where run_id = any ($1::uuid[]) order by run_id, sequence, number`,
};
const subStepsOfRuns = {
  name: "verify_sub_steps",
  text: `select run_id, sequence, name, n, attempt, status, output_sha256, output_bytes, recorded_at from sub_step
    where run_id = any ($1::uuid[]) order by run_id, sequence, ordinal`,
};
