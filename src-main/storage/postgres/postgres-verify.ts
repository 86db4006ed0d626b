import { hash } from "node:crypto";
import type { IntegrityProblem } from "../../../app/storage/storage.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { readChunks } from "./postgres-chunks.ts";
import { checkStoredRuns } from "./postgres-stored-runs.ts";
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
  readonly last_seq: number;
}

/** What is read at once has about so many events, unless one run has more: that bounds the memory it takes. */
const eventsAtOnce = 2_000;

/** All runs, some at a time: each page costs a round trip or two, and a server may hold more than fits into memory. */
async function* pagesOfRuns(query: Query): AsyncGenerator<readonly string[]> {
  let after = 0;
  for (;;) {
    const runs = await query<RunKey>(runPage, [after]);
    let page: string[] = [];
    let events = 0;
    for (const { ordinal, run_id, last_seq } of runs) {
      if (page.length > 0 && events + last_seq > eventsAtOnce) {
        yield page;
        page = [];
        events = 0;
      }
      after = ordinal;
      events += last_seq;
      page.push(run_id);
    }
    if (page.length === 0) return;
    yield page;
  }
}

const runPage = {
  name: "verify_runs",
  text: "select ordinal, run_id, last_seq from workflow_run where ordinal > $1 order by ordinal limit 500",
};

async function checkPayloads(query: Query): Promise<readonly IntegrityProblem[]> {
  const problems: IntegrityProblem[] = [];
  for await (const runIds of pagesOfRuns(query))
    for (const row of await query<SuspectRow>(suspectPayloads, [runIds])) {
      const message = await problemOf(query, row);
      const { place, run_id: runId } = row;
      if (message !== null) problems.push({ where: place.trimEnd(), message, runId });
    }
  return problems;
}

interface SuspectRow {
  readonly run_id: string;
  readonly place: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Of the text in its row; null where it lies in chunks. */
  readonly found_sha256: string | null;
}

async function problemOf(query: Query, row: SuspectRow): Promise<string | null> {
  const { sha256, bytes, found_sha256: found } = row;
  if (found !== null)
    return found === sha256 ? "does not have its length" : "does not match its SHA-256";
  const text = await readChunks(query, sha256);
  if (text === null) return `its chunks ${sha256} are missing`;
  if (hash("sha256", text, "hex") !== sha256) return "does not match its SHA-256";
  return Buffer.byteLength(text) === bytes ? null : "does not have its length";
}

const ofNode = (slot: string): string => `
  select n.run_id, '${slot} of node ' || n.node_path || ' ' || n.iteration_path, n.${slot}_sha256, n.${slot}_bytes,
    n.${slot}_text
  from node_execution n where n.run_id = any ($1::uuid[]) and n.${slot}_sha256 is not null`;

// The server computes, so that no payload travels that is as it should be.
const suspectPayloads = {
  name: "verify_payloads",
  text: `
    select run_id, place, sha256, bytes, found_sha256 from (
      select p.*, encode(sha256(convert_to(p.text, 'UTF8')), 'hex') as found_sha256 from (
        select p.run_id, p.slot || ' of the run' as place, p.sha256, p.bytes, p.text
        from run_payload p where p.run_id = any ($1::uuid[])
        union all ${ofNode("input")} union all ${ofNode("output")} union all ${ofNode("answer")}
        union all
        select s.run_id, 'sub-step ' || s.name || ' ' || s.n || ' of node ' || n.node_path,
          s.output_sha256, s.output_bytes, s.output_text
        from sub_step s join node_execution n on n.run_id = s.run_id and n.sequence = s.sequence
        where s.run_id = any ($1::uuid[]) and s.output_sha256 is not null
      ) p
    ) found
    where text is null or found_sha256 <> sha256 or octet_length(convert_to(text, 'UTF8')) <> bytes`,
};

async function checkHistories(query: Query): Promise<readonly IntegrityProblem[]> {
  const problems: IntegrityProblem[] = [];
  for await (const runIds of pagesOfRuns(query))
    // A run alone is read in a moment: of a page something may have changed while it was read.
    for (const runId of await suspectRuns(query, runIds))
      problems.push(...(await checkRun(query, runId)));
  return problems;
}

/** All of them where one has something that cannot be read at all. */
async function suspectRuns(query: Query, runIds: readonly string[]): Promise<readonly string[]> {
  try {
    const problems = await checkStoredRuns(query, runIds);
    const suspects = new Set(problems.map(({ runId }) => runId));
    return runIds.filter((runId) => suspects.has(runId));
  } catch (error) {
    if (error instanceof StorageError && error.code === "IO") throw error;
    return runIds;
  }
}

async function checkRun(query: Query, runId: string): Promise<readonly IntegrityProblem[]> {
  try {
    return await checkStoredRuns(query, [runId]);
  } catch (error) {
    if (error instanceof StorageError && error.code === "IO") throw error;
    return [{ where: "history", message: messageOf(error), runId }];
  }
}

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
