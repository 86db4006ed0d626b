import { hash } from "node:crypto";
import type { IntegrityProblem } from "../../../app/storage/storage.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { checkEvents, compareWithHistory, type ChecksummedRow } from "../history-check.ts";
import { readChunks } from "./postgres-chunks.ts";
import { createReads } from "./postgres-reads.ts";
import { eventColumns } from "./postgres-selects.ts";
import type { Query } from "./postgres-transaction.ts";

/**
 * Checks every definition, payload and event, and that the rows are what the events say. The server's own
 * files are its administrator's to check (pg_amcheck, data checksums).
 */
export async function verifyPostgres(
  query: Query,
  { quick }: { readonly quick: boolean },
): Promise<readonly IntegrityProblem[]> {
  const checks = quick
    ? [checkJobs, checkCounts]
    : [checkDefinitions, checkPayloads, checkHistories, checkJobs, checkCounts];
  const problems: IntegrityProblem[] = [];
  for (const check of checks) {
    try {
      problems.push(...(await check(query)));
    } catch (error) {
      // A cut connection is no damage: then nothing was checked.
      if (error instanceof StorageError && error.code === "IO") throw error;
      // A row that cannot be read at all: the other checks may still name what is on it.
      problems.push({ where: "database", message: messageOf(error), runId: null });
    }
  }
  return problems;
}

async function checkDefinitions(query: Query): Promise<readonly IntegrityProblem[]> {
  const rows = await query<{ hash: string; source: string }>({
    name: "verify_definitions",
    text: "select hash, source from workflow_definition",
  });
  return rows
    .filter((definition) => hash("sha256", definition.source, "hex") !== definition.hash)
    .map((definition) => ({
      where: `definition ${definition.hash}`,
      message: "does not match its SHA-256",
      runId: null,
    }));
}

interface RunKey {
  readonly ordinal: number;
  readonly run_id: string;
}

/** Every run, in pages: a server may hold more than fits into memory. */
async function* eachRun(query: Query): AsyncGenerator<string> {
  let after = 0;
  for (;;) {
    const page = await query<RunKey>(runPage, [after]);
    for (const { run_id, ordinal } of page) {
      after = ordinal;
      yield run_id;
    }
    if (page.length === 0) return;
  }
}

const runPage = {
  name: "verify_runs",
  text: "select ordinal, run_id from workflow_run where ordinal > $1 order by ordinal limit 500",
};

interface PayloadRow {
  readonly place: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly text: string | null;
}

async function checkPayloads(query: Query): Promise<readonly IntegrityProblem[]> {
  const problems: IntegrityProblem[] = [];
  for await (const runId of eachRun(query))
    for (const row of await query<PayloadRow>(payloadsOfRun, [runId])) {
      const message = await problemOf(query, row);
      if (message !== null) problems.push({ where: row.place.trimEnd(), message, runId });
    }
  return problems;
}

async function problemOf(query: Query, row: PayloadRow): Promise<string | null> {
  const text = row.text ?? (await readChunks(query, row.sha256));
  if (text === null) return `its chunks ${row.sha256} are missing`;
  if (hash("sha256", text, "hex") !== row.sha256) return "does not match its SHA-256";
  return Buffer.byteLength(text) === row.bytes ? null : "does not have its length";
}

const ofNode = (slot: string): string => `
  select '${slot} of node ' || n.node_path || ' ' || n.iteration_path, n.${slot}_sha256, n.${slot}_bytes, n.${slot}_text
  from node_execution n where n.run_id = $1 and n.${slot}_sha256 is not null`;

const payloadsOfRun = {
  name: "verify_payloads",
  text: `
    select p.slot || ' of the run' as place, p.sha256, p.bytes, p.text from run_payload p where p.run_id = $1
    union all ${ofNode("input")} union all ${ofNode("output")} union all ${ofNode("answer")}
    union all
    select 'sub-step ' || s.name || ' ' || s.n || ' of node ' || n.node_path, s.output_sha256, s.output_bytes, s.output_text
    from sub_step s join node_execution n on n.run_id = s.run_id and n.sequence = s.sequence
    where s.run_id = $1 and s.output_sha256 is not null`,
};

async function checkHistories(query: Query): Promise<readonly IntegrityProblem[]> {
  const problems: IntegrityProblem[] = [];
  for await (const runId of eachRun(query)) {
    const rows = await query<ChecksummedRow>(historyOfRun, [runId]);
    const damaged = checkEvents(runId, rows);
    problems.push(...(damaged.length > 0 ? damaged : await checkRebuild(query, runId, rows)));
  }
  return problems;
}

const historyOfRun = {
  name: "verify_history",
  text: `select ${eventColumns}, e.checksum from run_event e where e.run_id = $1 order by e.seq`,
};

async function checkRebuild(
  query: Query,
  runId: string,
  rows: readonly ChecksummedRow[],
): Promise<readonly IntegrityProblem[]> {
  const reads = createReads(query);
  try {
    const run = await reads.getRun(runId);
    const nodes = await reads.listWorkflowNodeExecutions(runId, { after: 0, limit: mostNodes });
    const ids = nodes.map(({ nodeExecutionId }) => nodeExecutionId);
    const attempts = [];
    const subSteps = [];
    for (const id of ids) {
      attempts.push(...(await reads.listAttempts(id)));
      subSteps.push(...(await reads.listSubSteps(id)));
    }
    const job = run === null ? null : await reads.getJob(run.jobId);
    return compareWithHistory(runId, rows, { run, job, nodes, attempts, subSteps });
  } catch (error) {
    if (error instanceof StorageError && error.code === "IO") throw error;
    return [{ where: "history", message: messageOf(error), runId }];
  }
}

const mostNodes = 1_048_575;

async function checkJobs(query: Query): Promise<readonly IntegrityProblem[]> {
  const rows = await query<{ job_id: string; run_id: string }>({
    name: "verify_jobs",
    text: `select j.job_id, r.run_id from job j join lateral (
        select run_id, status, status_reason from workflow_run where job_id = j.job_id order by ordinal desc limit 1
      ) r on true
      where j.newest_run is distinct from r.run_id or j.state <> r.status or j.status_reason <> r.status_reason`,
  });
  return rows.map(({ job_id: jobId, run_id: runId }) => ({
    where: `job ${jobId}`,
    message: "does not mirror its newest run",
    runId,
  }));
}

async function checkCounts(query: Query): Promise<readonly IntegrityProblem[]> {
  const rows = await query<{ status: string; runs: number; counted: number }>({
    name: "verify_counts",
    text: `select status, coalesce(c.runs, 0)::int8 as runs, coalesce(r.counted, 0) as counted
      from (select status, sum(runs) as runs from run_count group by status) c
        full join (select status, count(*) as counted from workflow_run group by status) r using (status)
      where coalesce(c.runs, 0) <> coalesce(r.counted, 0)`,
  });
  return rows.map(({ status, runs, counted }) => ({
    where: `count of ${status} runs`,
    message: `is ${runs}, there are ${counted}`,
    runId: null,
  }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
