import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import Database from "better-sqlite3";
import type { Storage } from "../../app/storage/storage.ts";
import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";

export interface Before {
  /** By run: its rows and history. */
  readonly seen: ReadonlyMap<string, unknown>;
}

export interface Migrated {
  readonly problems: readonly string[];
  readonly schemaAfterKill: number;
}

/** A schema as the killed process left it is one of the released ones; the next open completes it. */
export async function checkMigrated(after: {
  readonly data: string;
  readonly migrations: string;
  readonly before: Before;
}): Promise<Migrated> {
  const { data, migrations, before } = after;
  const problems: string[] = [];
  const { schema: schemaAfterKill, problem } = schemaOf(join(data, "handshake.db"));
  if (problem !== null) problems.push(problem);
  const storage = await openSqliteStorage({
    folder: data,
    migrationsFolder: migrations,
    appVersion: "0.3.0",
  });
  try {
    const { schemaVersion } = await storage.describe();
    if (schemaVersion !== 3) problems.push(`the schema is ${schemaVersion} after the next open`);
    problems.push(...(await differences(storage, before)));
    for (const { where, message } of await storage.verify({ quick: false }))
      problems.push(`verify: ${where} ${message}`);
    problems.push(...(await checkBackups(data, before, storage.listBackups().length)));
  } finally {
    await storage.close();
  }
  return { problems, schemaAfterKill };
}

/** Read by SQLite alone, before the product opens it. */
function schemaOf(file: string): { schema: number; problem: string | null } {
  const db = new Database(file);
  try {
    const schema = db.prepare("select max(version) from schema_migration").pluck().get();
    const color = db
      .prepare("select count(*) from pragma_table_info('job') where name = 'color'")
      .pluck()
      .get();
    const isWhole = (color === 1) === Number(schema) >= 2;
    const integrity = db.pragma("integrity_check", { simple: true });
    const problem =
      integrity !== "ok"
        ? `integrity_check: ${String(integrity)}`
        : isWhole
          ? null
          : `half a migration: schema ${String(schema)}, ${String(color)} column color`;
    return { schema: Number(schema), problem };
  } finally {
    db.close();
  }
}

async function differences(storage: Storage, { seen }: Before): Promise<string[]> {
  const problems: string[] = [];
  for (const [runId, snapshot] of seen) {
    const run = await storage.getRun(runId);
    const now = {
      run,
      job: run === null ? null : await storage.getJob(run.jobId),
      nodes: await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10_000 }),
      events: await storage.listRunEvents(runId, { after: 0, limit: 10_000 }),
    };
    if (!isDeepStrictEqual(now, snapshot)) problems.push(`run ${runId} is not what it was`);
  }
  return problems;
}

/** Every finished copy holds all runs; unfinished ones were cleared away. */
async function checkBackups(data: string, before: Before, named: number): Promise<string[]> {
  const folder = join(data, "backups");
  const names = readdirSync(folder);
  const problems = names
    .filter((name) => name.endsWith(".tmp"))
    .map((name) => `an unfinished backup was left: ${name}`);
  if (named === 0) problems.push("there is no backup from before the migration");
  for (const name of names.filter((each) => !each.endsWith(".tmp"))) {
    const db = new Database(join(folder, name, "handshake.db"), { readonly: true });
    const integrity = db.pragma("integrity_check", { simple: true });
    const runs = db.prepare("select count(*) from workflow_run").pluck().get();
    db.close();
    if (integrity !== "ok" || runs !== before.seen.size)
      problems.push(`backup ${name}: ${String(integrity)}, ${String(runs)} runs`);
  }
  return problems;
}
