import { hash } from "node:crypto";
import type Database from "better-sqlite3";
import type { IntegrityProblem } from "../../../app/storage/storage.ts";
import type { BlobFolder } from "./sqlite-blobs.ts";
import { storageErrorOf } from "./sqlite-errors.ts";
import { checkEvents, compareWithHistory, type ChecksummedRow } from "../history-check.ts";
import type { Reads } from "./sqlite-reads.ts";
import { selectEvent } from "./sqlite-selects.ts";

export interface VerifyOptions {
  readonly db: Database.Database;
  readonly reads: Reads;
  readonly blobs: BlobFolder;
  /** True: the file and its references only. */
  readonly quick: boolean;
}

/** Checks the file, every payload, every event, and that the rows are what the events say. */
export function verifySqlite(options: VerifyOptions): readonly IntegrityProblem[] {
  const checks = options.quick
    ? [checkFile, checkReferences]
    : [
        checkFile,
        checkReferences,
        checkDefinitions,
        checkPayloads,
        checkHistories,
        checkJobs,
        checkCounts,
      ];
  return checks.flatMap((check) => {
    try {
      return check(options);
    } catch (error) {
      // A page that cannot be read at all: the other checks may still name what is on it.
      return [
        {
          where: "data file",
          message: messageOf(storageErrorOf(error, "Could not check it")),
          runId: null,
        },
      ];
    }
  });
}

function checkFile({ db, quick }: VerifyOptions): readonly IntegrityProblem[] {
  const lines = db
    .prepare<[], string>(quick ? "pragma quick_check" : "pragma integrity_check")
    .pluck()
    .all();
  return lines
    .filter((line) => line !== "ok")
    .map((message) => ({ where: "data file", message, runId: null }));
}

function checkReferences({ db }: VerifyOptions): readonly IntegrityProblem[] {
  const broken = db
    .prepare<[], { table: string; rowid: number; parent: string }>("pragma foreign_key_check")
    .all();
  return broken.map(({ table, rowid, parent }) => ({
    where: `${table} ${rowid}`,
    message: `refers to a ${parent} that is not there`,
    runId: null,
  }));
}

function checkDefinitions({ db }: VerifyOptions): readonly IntegrityProblem[] {
  return db
    .prepare<[], { hash: string; source: string }>("select hash, source from workflow_definition")
    .all()
    .filter((definition) => hash("sha256", definition.source, "hex") !== definition.hash)
    .map((definition) => ({
      where: `definition ${definition.hash}`,
      message: "does not match its SHA-256",
      runId: null,
    }));
}

interface PayloadRow {
  readonly run_id: string;
  readonly place: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly text: string | null;
}

const selectPayloads = `
  select r.run_id, p.slot || ' of the run' as place, p.sha256, p.bytes, p.text
  from run_payload p join workflow_run r on r.id = p.run
  union all
  select r.run_id, 'input of node ' || n.node_path || ' ' || n.iteration_path, n.input_sha256, n.input_bytes, n.input_text
  from node_execution n join workflow_run r on r.id = n.run where n.input_sha256 is not null
  union all
  select r.run_id, 'output of node ' || n.node_path || ' ' || n.iteration_path, n.output_sha256, n.output_bytes, n.output_text
  from node_execution n join workflow_run r on r.id = n.run where n.output_sha256 is not null
  union all
  select r.run_id, 'answer of node ' || n.node_path || ' ' || n.iteration_path, n.answer_sha256, n.answer_bytes, n.answer_text
  from node_execution n join workflow_run r on r.id = n.run where n.answer_sha256 is not null
  union all
  select r.run_id, 'sub-step ' || s.name || ' ' || s.n || ' of node ' || n.node_path, s.output_sha256, s.output_bytes, s.output_text
  from sub_step s join node_execution n on n.id = s.execution join workflow_run r on r.id = n.run
  where s.output_sha256 is not null`;

function checkPayloads({ db, blobs }: VerifyOptions): readonly IntegrityProblem[] {
  const problems: IntegrityProblem[] = [];
  for (const row of db.prepare<[], PayloadRow>(selectPayloads).iterate()) {
    const text = row.text ?? blobs.read(row.sha256);
    const where = row.place.trimEnd();
    if (text === null)
      problems.push({
        where,
        message: `its file blobs/${row.sha256} is missing`,
        runId: row.run_id,
      });
    else if (hash("sha256", text, "hex") !== row.sha256) {
      problems.push({ where, message: "does not match its SHA-256", runId: row.run_id });
    } else if (Buffer.byteLength(text) !== row.bytes) {
      problems.push({ where, message: "does not have its length", runId: row.run_id });
    }
  }
  return problems;
}

function checkHistories({ db, reads }: VerifyOptions): readonly IntegrityProblem[] {
  const runs = db
    .prepare<[], { id: number; run_id: string }>("select id, run_id from workflow_run order by id")
    .all();
  const events = db.prepare<[number], ChecksummedRow>(
    `${selectEvent.replace("e.data", "e.data, e.checksum")} where e.run = ? order by e.seq`,
  );
  return runs.flatMap(({ id, run_id: runId }) => {
    const rows = events.all(id);
    const damaged = checkEvents(runId, rows);
    return damaged.length > 0 ? damaged : checkRebuild(reads, runId, rows);
  });
}

function checkRebuild(
  reads: Reads,
  runId: string,
  rows: readonly ChecksummedRow[],
): readonly IntegrityProblem[] {
  try {
    const run = reads.getRun(runId);
    const nodes = reads.listWorkflowNodeExecutions(runId, {
      after: 0,
      limit: Number.MAX_SAFE_INTEGER,
    });
    const ids = nodes.map(({ nodeExecutionId }) => nodeExecutionId);
    return compareWithHistory(runId, rows, {
      run,
      job: run === null ? null : reads.getJob(run.jobId),
      nodes,
      attempts: ids.flatMap((id) => reads.listAttempts(id)),
      subSteps: ids.flatMap((id) => reads.listSubSteps(id)),
    });
  } catch (error) {
    return [{ where: "history", message: messageOf(error), runId }];
  }
}

function checkJobs({ db }: VerifyOptions): readonly IntegrityProblem[] {
  return db
    .prepare<[], { job_id: string; run_id: string }>(
      `select j.job_id, r.run_id from job j join workflow_run r on r.id = (select max(id) from workflow_run where job = j.id)
       where j.newest_run is not r.id or j.state <> r.status or j.status_reason <> r.status_reason`,
    )
    .all()
    .map(({ job_id: jobId, run_id: runId }) => ({
      where: `job ${jobId}`,
      message: "does not mirror its newest run",
      runId,
    }));
}

function checkCounts({ db }: VerifyOptions): readonly IntegrityProblem[] {
  return db
    .prepare<[], { status: string; runs: number; counted: number }>(
      `select c.status, c.runs, (select count(*) from workflow_run r where r.status = c.status) as counted
       from run_count c where runs <> counted`,
    )
    .all()
    .map(({ status, runs, counted }) => ({
      where: `count of ${status} runs`,
      message: `is ${runs}, there are ${counted}`,
      runId: null,
    }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
