import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { registerSqlFunctions } from "../src-main/storage/sqlite/sqlite-functions.ts";
import { dataPaths } from "../src-main/storage/sqlite/sqlite-database.ts";
import { defaultMigrationsFolder } from "../src-main/storage/sqlite/sqlite-migrations-folder.ts";
import { openSqliteStorage } from "../src-main/storage/sqlite/sqlite-storage.ts";
import { chainOf } from "./step-workflows.ts";

export const howStored =
  "the runs were inserted into the real schema by SQL, their indexes made and triggers put back afterwards; they have no node executions and no events";

/**
 * A data folder with so many runs. It takes a minute to make, so it is kept in the cache until the
 * schema changes.
 */
export async function folderOfStoredRuns(
  cacheFolder: string,
  { runs, isAtRest }: { readonly runs: number; readonly isAtRest: boolean },
): Promise<string> {
  const folder = join(cacheFolder, `${runs}-runs-${fingerprint()}`);
  if (existsSync(folder)) return folder;
  if (existsSync(cacheFolder)) {
    const old = readdirSync(cacheFolder).filter((name) => name.startsWith(`${runs}-runs-`));
    for (const name of old) rmSync(join(cacheFolder, name), { recursive: true });
  }
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await store(unfinished, { runs, isAtRest });
  renameSync(unfinished, folder);
  return folder;
}

function fingerprint(): string {
  const hash = createHash("sha256").update(readFileSync(new URL(import.meta.url)));
  const migrations = readdirSync(defaultMigrationsFolder).toSorted();
  for (const name of migrations) hash.update(readFileSync(join(defaultMigrationsFolder, name)));
  return hash.digest("hex").slice(0, 12);
}

async function store(
  folder: string,
  { runs, isAtRest }: { readonly runs: number; readonly isAtRest: boolean },
): Promise<void> {
  const storage = await openSqliteStorage({ folder, appVersion: "bench" });
  await storage.putDefinition(chainOf(10), "2026-01-01T00:00:00.000Z");
  await storage.close();
  const db = new Database(dataPaths(folder).database);
  try {
    registerSqlFunctions(db);
    db.pragma("synchronous = off");
    db.pragma("cache_size = -262144");
    db.pragma("foreign_keys = off");
    const rest = indexesAndTriggers(db);
    for (const { kind, name } of rest) db.exec(`drop ${kind} ${name}`);
    db.transaction(() => {
      for (const sql of [insertJobs, insertRuns, insertPayloads]) {
        // Nothing that a start would work on, or ask a person about.
        const text = isAtRest ? sql.replaceAll(waitingStates, "else 'failed' end") : sql;
        db.prepare(text).run({ runs });
      }
      db.exec(countRuns);
    })();
    for (const { sql } of rest) db.exec(sql);
    db.exec("analyze");
    db.pragma("wal_checkpoint(truncate)");
  } finally {
    db.close();
  }
}

function indexesAndTriggers(db: Database.Database) {
  return db
    .prepare<[], { kind: string; name: string; sql: string }>(
      `select type as kind, name, sql from sqlite_schema
       where tbl_name in ('job', 'workflow_run', 'run_payload') and type in ('index', 'trigger') and sql is not null`,
    )
    .all();
}

const numbers = `with recursive number(n) as (select 1 union all select n + 1 from number where n < :runs)`;

// 17 minutes apart from 2025 on, so that a million of them look like a long history.
const time = (n: string): string =>
  `strftime('%Y-%m-%dT%H:%M:%S', 1735689600 + ${n} * 37, 'unixepoch') || '.000Z'`;

const uuid = (prefix: string): string =>
  `'${prefix}' || printf('%06x', n) || '-0000-7000-8000-' || printf('%012x', n * 2654435761 % 281474976710656)`;
// A run's UUID ends in eight zeros (model/execution-id.ts).
const runId = `printf('%08x', 422000000 + n) || '-' || printf('%04x', n % 65536) || '-7000-8000-' || printf('%04x', n * 40503 % 65536) || '00000000'`;

const waitingStates = `when n * 7919 % 1000 < 995 then 'awaiting_user'
  when n * 7919 % 1000 < 999 then 'stalled'
  else 'queued' end`;

/** Rare states lie scattered among the frequent ones. */
const status = `case
  when n * 7919 % 1000 < 930 then 'completed'
  when n * 7919 % 1000 < 960 then 'failed'
  when n * 7919 % 1000 < 980 then 'cancelled'
  when n * 7919 % 1000 < 990 then 'completed_with_issues'
  ${waitingStates}`;

const insertJobs = `
  insert into job (id, job_id, trace_id, job_kind, newest_run, state, status_reason, created_at)
  ${numbers} select n, ${uuid("10")}, ${uuid("20")}, 'workflow', n, ${status}, '', ${time("n")} from number`;

const insertRuns = `
  insert into workflow_run (id, run_id, job, definition, revision, last_seq, nodes_total, nodes_done, status,
    status_reason, actor_kind, actor_id, actor_via, running_ms, created_at, started_at, finished_at, error,
    workflow_id, workflow_name, key_scope, trigger, grants, access_mode, on_interrupted)
  select n, ${runId}, n, 1, 12, 23, 10, case when status in ('completed', 'completed_with_issues') then 10 else 4 end, status,
    '', 'engine', '00000000-0000-4000-8000-000000000001', null, 1234, ${time("n")}, ${time("n")},
    case when status in ('queued', 'awaiting_user', 'stalled') then null else ${time("n + 1")} end,
    case status when 'failed' then '{"code":"HTTP_STATUS","message":"The server answered 503."}' end,
    'workflow-' || (n % 50), 'Workflow ' || (n % 50), ${runId}, '{"kind":"manual"}', '["net:https://news.example"]',
    'apply_scoped', 'ask'
  from (${numbers} select n, ${status} as status from number)`;

const insertPayloads = `
  insert into run_payload (id, sha256, bytes, text)
  ${numbers} select n * 2, '74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b', 4, 'null' from number`;

const countRuns = `
  update run_count set runs = (select count(*) from workflow_run where status = run_count.status)`;
