import type Database from "better-sqlite3";
import type { DataPaths } from "../../src-main/storage/sqlite/sqlite-database.ts";
import { openReader } from "../../src-main/storage/sqlite/sqlite-database.ts";

/**
 * What is committed, seen from outside on a connection of its own: nothing that the engine believes,
 * and nothing that is not durable yet.
 */
export interface SimDatabase {
  runs(): readonly RunRow[];
  run(runId: string): RunRow | undefined;
  nodes(runId: string): readonly NodeRow[];
  node(runId: string, sequence: number): NodeRow | undefined;
  attempts(runId: string): readonly AttemptRow[];
  steps(runId: string): readonly StepRow[];
  events(runId: string): readonly EventRow[];
  lastSeq(runId: string): number;
  jobs(): readonly JobRow[];
  counts(): readonly { readonly status: string; readonly runs: number }[];
  payload(runId: string, slot: "input" | "output"): string | null;
  newestEpoch(): number;
  close(): void;
}

export interface RunRow {
  readonly key: number;
  readonly runId: string;
  readonly job: number;
  readonly jobId: string;
  readonly workflowId: string;
  readonly status: string;
  readonly statusReason: string;
  readonly lastSeq: number;
  readonly revision: number;
  readonly nodesDone: number;
  readonly crashCount: number;
  readonly ownerEpoch: number | null;
  readonly wakeAt: string | null;
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly closing: string | null;
  readonly keyScope: string;
  readonly triggerJson: string;
}

export interface NodeRow {
  readonly key: number;
  readonly sequence: number;
  readonly nodePath: string;
  readonly iterationPath: string;
  readonly nodeType: string;
  readonly replay: string;
  readonly generation: number;
  readonly status: string;
  readonly statusReason: string;
  readonly attemptNumber: number;
  readonly attemptStatus: string | null;
  readonly finishedAt: string | null;
  readonly notBefore: string | null;
  readonly error: string | null;
  readonly takenEdges: string | null;
  readonly question: string | null;
  readonly inputSha256: string | null;
  readonly outputSha256: string | null;
  readonly answerSha256: string | null;
  readonly inputText: string | null;
  readonly outputText: string | null;
}

export interface AttemptRow {
  readonly sequence: number;
  readonly number: number;
  readonly status: string;
  readonly error: string | null;
}

export interface StepRow {
  readonly sequence: number;
  readonly name: string;
  readonly n: number;
  readonly status: string;
  readonly outputText: string | null;
}

export interface EventRow {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly actorKind: string;
  readonly actorVia: string | null;
  readonly epoch: number | null;
  readonly groupId: string;
  readonly data: string;
}

export interface JobRow {
  readonly job: number;
  readonly newestRun: number;
  readonly newestByKey: number;
  readonly state: string;
  readonly newestStatus: string;
  readonly unfinished: number;
}

const runColumns = `
  r.id as key, r.run_id as runId, r.job, j.job_id as jobId, r.workflow_id as workflowId, r.status,
  r.status_reason as statusReason, r.last_seq as lastSeq, r.revision, r.nodes_done as nodesDone,
  r.crash_count as crashCount, r.owner_epoch as ownerEpoch, r.wake_at as wakeAt,
  r.finished_at as finishedAt, r.error, r.closing, r.key_scope as keyScope, r.trigger as triggerJson
  from workflow_run r join job j on j.id = r.job`;

const nodeColumns = `
  n.id as key, n.sequence, n.node_path as nodePath, n.iteration_path as iterationPath,
  n.node_type as nodeType, n.replay, n.generation, n.status, n.status_reason as statusReason,
  n.attempt_number as attemptNumber, n.attempt_status as attemptStatus,
  n.finished_at as finishedAt, n.not_before as notBefore, n.error, n.taken_edges as takenEdges,
  n.question, n.input_sha256 as inputSha256, n.output_sha256 as outputSha256,
  n.answer_sha256 as answerSha256, n.input_text as inputText, n.output_text as outputText
  from node_execution n join workflow_run r on r.id = n.run`;

export function openSimDatabase(paths: DataPaths): SimDatabase {
  const db: Database.Database = openReader(paths);
  const runs = db.prepare<[], RunRow>(`select ${runColumns} order by r.id`);
  const run = db.prepare<[string], RunRow>(`select ${runColumns} where r.run_id = ?`);
  const nodes = db.prepare<[string], NodeRow>(
    `select ${nodeColumns} where r.run_id = ? order by n.sequence`,
  );
  const node = db.prepare<[string, number], NodeRow>(
    `select ${nodeColumns} where r.run_id = ? and n.sequence = ?`,
  );
  const attempts = db.prepare<[string], AttemptRow>(
    `select n.sequence, a.number, a.status, a.error from node_attempt a
     join node_execution n on n.id = a.execution join workflow_run r on r.id = n.run
     where r.run_id = ? order by n.sequence, a.number`,
  );
  const steps = db.prepare<[string], StepRow>(
    `select n.sequence, s.name, s.n, s.status, s.output_text as outputText from sub_step s
     join node_execution n on n.id = s.execution join workflow_run r on r.id = n.run
     where r.run_id = ? order by n.sequence, s.name, s.n`,
  );
  const events = db.prepare<[string], EventRow>(
    `select e.seq, e.at, e.type, e.actor_kind as actorKind, e.actor_via as actorVia, e.epoch,
       e.group_id as groupId, e.data
     from run_event e join workflow_run r on r.id = e.run where r.run_id = ? order by e.seq`,
  );
  const lastSeq = db
    .prepare<[string], number>(
      `select coalesce(max(e.seq), 0) from run_event e join workflow_run r on r.id = e.run
       where r.run_id = ?`,
    )
    .pluck();
  const jobs = db.prepare<[], JobRow>(
    `select j.id as job, j.newest_run as newestRun, j.state,
       (select max(id) from workflow_run where job = j.id) as newestByKey,
       (select status from workflow_run where id = j.newest_run) as newestStatus,
       (select count(*) from workflow_run where job = j.id and status not in
         ('completed', 'completed_with_issues', 'failed', 'cancelled')) as unfinished
     from job j order by j.id`,
  );
  const counts = db.prepare<[], { status: string; runs: number }>(
    `select c.status, c.runs from run_count c
     where c.runs <> (select count(*) from workflow_run r where r.status = c.status)`,
  );
  const payload = db
    .prepare<[string, string], string | null>(
      `select p.text from run_payload p join workflow_run r on r.id = p.run
       where r.run_id = ? and p.slot = ?`,
    )
    .pluck();
  const newestEpoch = db
    .prepare<[], number>("select coalesce(max(epoch), 0) from engine_instance")
    .pluck();
  return {
    runs: () => runs.all(),
    run: (runId) => run.get(runId),
    nodes: (runId) => nodes.all(runId),
    node: (runId, sequence) => node.get(runId, sequence),
    attempts: (runId) => attempts.all(runId),
    steps: (runId) => steps.all(runId),
    events: (runId) => events.all(runId),
    lastSeq: (runId) => lastSeq.get(runId) ?? 0,
    jobs: () => jobs.all(),
    counts: () => counts.all(),
    payload: (runId, slot) => payload.get(runId, slot) ?? null,
    newestEpoch: () => newestEpoch.get() ?? 0,
    close: () => db.close(),
  };
}
