import { join, relative } from "node:path";
import Database from "better-sqlite3";
import { namedBlobs } from "../../src-main/storage/sqlite/sqlite-blobs.ts";
import type { ToldSoFar } from "./told-so-far.ts";
import type { Image } from "./write-image.ts";

export interface CheckedImage {
  readonly image: Image;
  /** Where its database lies. */
  readonly folder: string;
  /** The data folder as workers named it. */
  readonly root: string;
  readonly told: ToldSoFar;
  /** Opens its backups too. */
  readonly isThorough: boolean;
}

/**
 * Opens the database as SQLite does after a power loss and compares it with what was told before.
 * Problems that begin with "lost" are acknowledged transitions that are not there.
 */
export function checkImage(checked: CheckedImage): string[] {
  const { image, folder, told } = checked;
  const problems = checkBackups(checked);
  const { acknowledged } = told;
  if (!image.files.has("handshake.db")) {
    if (acknowledged.count > 0) problems.push("lost: the data file is gone");
    return problems;
  }
  const db = new Database(join(folder, "handshake.db"));
  try {
    const integrity = db.pragma("integrity_check", { simple: true });
    if (integrity !== "ok") problems.push(`integrity_check: ${String(integrity)}`);
    const tables = db.prepare("select count(*) from sqlite_schema").pluck().get();
    if (tables === 0) {
      if (acknowledged.count > 0) problems.push("lost: the data file is empty");
      return problems;
    }
    problems.push(
      ...checkRuns(db, told),
      ...checkSubSteps(db, told),
      ...checkTransitions(db),
      ...checkBlobs(db, image),
    );
  } catch (error) {
    problems.push(`it cannot be read: ${String(error)}`);
  } finally {
    db.close();
  }
  return problems;
}

function checkRuns(db: Database.Database, { acknowledged }: ToldSoFar): string[] {
  const problems: string[] = [];
  const rows = db
    .prepare<
      [],
      { runId: string; lastSeq: number; status: string; events: number; newest: number }
    >(
      `select r.run_id as runId, r.last_seq as lastSeq, r.status, e.events, e.newest from workflow_run r
       left join (select run, count(*) as events, max(seq) as newest from run_event group by run) e on e.run = r.id`,
    )
    .all();
  const byId = new Map(rows.map((row) => [row.runId, row]));
  for (const { runId, lastSeq, events, newest } of rows)
    if (lastSeq !== events || lastSeq !== newest)
      problems.push(`run ${runId}: ${events} events up to ${newest}, its row says ${lastSeq}`);
  for (const [runId, { lastSeq, status }] of acknowledged.runs) {
    const row = byId.get(runId);
    if (row === undefined) problems.push(`lost: run ${runId}`);
    else if (row.lastSeq < lastSeq)
      problems.push(`lost: run ${runId} was told up to ${lastSeq}, has ${row.lastSeq}`);
    else if (row.lastSeq === lastSeq && row.status !== status)
      problems.push(`run ${runId} is ${row.status} at ${lastSeq}, was told ${status}`);
  }
  return problems;
}

function checkSubSteps(db: Database.Database, { acknowledged }: ToldSoFar): string[] {
  const stored = new Map(
    db
      .prepare<[], { step: string; text: string }>(
        `select r.run_id || ' ' || n.node_path || ' ' || s.name || ' ' || s.n as step, s.output_text as text
         from sub_step s join node_execution n on n.id = s.execution join workflow_run r on r.id = n.run
         where s.status = 'recorded'`,
      )
      .all()
      .map(({ step, text }) => [step, text]),
  );
  return acknowledged.subSteps.flatMap(({ runId, nodePath, name, n, value }) => {
    const step = `${runId} ${nodePath} ${name} ${n}`;
    return stored.get(step) === JSON.stringify(value) ? [] : [`lost: sub-step ${step}`];
  });
}

/** Each change of a status that the history holds is one that its actor may make. */
function checkTransitions(db: Database.Database): string[] {
  return db
    .prepare<[], string>(
      `select e.type || ' ' || coalesce(e.data ->> '$.from', '-') || ' > ' || (e.data ->> '$.to') || ' by ' || e.actor_kind
       from run_event e where e.type in ('node.status', 'run.status') and not exists (
         select 1 from legal_transition t
         where t.entity = case e.type when 'node.status' then 'node' else 'run' end
           and t.from_status = coalesce(e.data ->> '$.from', '-') and t.to_status = e.data ->> '$.to'
           and t.actor_kind = e.actor_kind)`,
    )
    .pluck()
    .all()
    .map((transition) => `illegal: ${transition}`);
}

/** Whether they are there; the product's own check reads them. */
function checkBlobs(db: Database.Database, { files }: Image): string[] {
  return db
    .prepare<[], string>(namedBlobs)
    .pluck()
    .all()
    .filter((sha256) => !files.has(`blobs/${sha256}`))
    .map((sha256) => `lost: blob ${sha256}`);
}

/** The product keeps five: the newest of those that were said to be made are there, as a whole. */
function checkBackups({ image, told, root, isThorough }: CheckedImage): string[] {
  return told.backups.slice(-4).flatMap((folder) => {
    const name = relative(root, folder);
    const bytes = image.files.get(`${name}/handshake.db`);
    if (bytes === undefined || bytes === null) return [`lost: backup ${name}`];
    if (!isThorough) return [];
    const db = new Database(bytes());
    try {
      const result = db.pragma("quick_check", { simple: true });
      return result === "ok" ? [] : [`backup ${name}: ${String(result)}`];
    } finally {
      db.close();
    }
  });
}
