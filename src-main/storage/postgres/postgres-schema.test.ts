import { expect, test } from "vitest";
import { isLegalTransition } from "../../../app/engine/transitions.ts";
import { ActorKind } from "../../../app/model/actor.ts";
import { JobState } from "../../../app/model/job.ts";
import { AttemptStatus, NodeStatus } from "../../../app/model/node-execution.ts";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { migrateDown, migrateUp, readMigrations } from "../migrate.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { openPostgresConnection } from "./postgres-connection.ts";
import { onPostgres, openTestStorage, type TestServer } from "./postgres-fixture.conformance.ts";
import { postgresMigrationTarget } from "./postgres-migration.ts";
import { defaultMigrationsFolder } from "./postgres-migrations-folder.ts";

await onPostgres((server) => {
  test("[W1] the database's function of legal transitions says what the code says, for every pair and actor", async () => {
    const underTest = await openTestStorage(server);
    const { url } = underTest;
    const words = {
      run: JobState.options,
      node: NodeStatus.options,
      attempt: AttemptStatus.options,
    };
    const rows = await server.raw<Row>(url, allTransitions, [
      JSON.stringify(words),
      ActorKind.options,
    ]);
    const wrong = rows.filter(({ entity, from_status: from, to_status: to, actor, legal }) => {
      const parsed = { from: from === "-" ? null : from, to, actor };
      return isLegalTransition(entity, parsed) !== legal;
    });
    expect(rows).toHaveLength((11 * 10 + 10 * 9 + 5 * 4) * ActorKind.options.length);
    expect(wrong).toEqual([]);
    await underTest.close();
  });

  test("[D2] [S9] trap: the database itself refuses what must never be stored, and history never goes", async () => {
    const underTest = await openTestStorage(server);
    const world = await World.open(underTest);
    const runId = await world.workingRun();
    await world.apply(runId, world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2));
    const where = `where run_id = '${runId}'`;
    const refused: readonly (readonly [sql: string, why: RegExp])[] = [
      [`update workflow_run set status = 'done' ${where}`, /ILLEGAL_TRANSITION/],
      [
        `update workflow_run set status = 'stalled', running_since = null ${where}`,
        /ILLEGAL_TRANSITION/,
      ],
      [`update workflow_run set finished_at = now() ${where}`, /workflow_run_status/],
      [
        `update workflow_run set status = 'queued', running_since = null ${where}`,
        /workflow_run_owner/,
      ],
      [`update workflow_run set owner_epoch = 77 ${where}`, /foreign key/],
      [`update workflow_run set key_scope = gen_random_uuid() ${where}`, /IMMUTABLE/],
      [`update workflow_run set closing = '{"to":"completed"}' ${where}`, /workflow_run_sound/],
      [`update workflow_run set running_ms = -1 ${where}`, /workflow_run_sound/],
      [`update workflow_run set nodes_done = -1 ${where}`, /workflow_run_nodes_done/],
      [`update workflow_run set running_since = null ${where}`, /workflow_run_stretch/],
      [
        `update node_execution set status = 'queued' ${where} and sequence = 1`,
        /ILLEGAL_TRANSITION/,
      ],
      [
        `update node_execution set attempt_number = 5 ${where} and sequence = 2`,
        /ILLEGAL_TRANSITION/,
      ],
      [`update node_execution set output_text = '1' ${where} and sequence = 1`, /IMMUTABLE/],
      [
        `update node_execution set finished_at = now() ${where} and sequence = 2`,
        /node_execution_status/,
      ],
      [
        `update node_execution set finished_at = null ${where} and sequence = 1`,
        /node_execution_status/,
      ],
      [
        `update node_execution set attempt_finished_at = now() ${where} and sequence = 2`,
        /node_execution_attempt/,
      ],
      [`update node_execution set replay = 'maybe' ${where}`, /node_execution_sound/],
      [`update node_execution set answer_bytes = 3 ${where}`, /node_execution_sound/],
      [`update run_payload set text = '1' ${where}`, /IMMUTABLE/],
      [newEvent("run_id, seq + 100, 'node.guessed'", where), /run_event_sound/],
      [newEvent("run_id, seq - 100, type", where), /run_event_sound/],
      [newEvent("gen_random_uuid(), seq, type", where), /run_event_sound/],
      [`update run_event set data = '{}' ${where}`, /APPEND_ONLY/],
      [`delete from run_event ${where}`, /APPEND_ONLY/],
      ["truncate run_event", /APPEND_ONLY/],
      [`delete from workflow_run ${where}`, /foreign key/],
      [
        `delete from run_payload ${where}; delete from node_execution ${where}; update job set newest_run = null;
          delete from workflow_run ${where}`,
        /a run that has a history stays/,
      ],
      ["delete from job", /foreign key/],
      ["update workflow_definition set source = '{}'", /IMMUTABLE/],
    ];
    for (const [sql, why] of refused) {
      const answer = await server.raw(underTest.url, sql).then(
        () => "accepted",
        (error: unknown) => String(error),
      );
      expect(`${sql}: ${answer}`).toMatch(why);
    }
    await world.expectSound();
    await world.close();
  });

  test("[S9] a closing made in the database alone raises the revision, so that the owner sees it", async () => {
    const underTest = await openTestStorage(server);
    const world = await World.open(underTest);
    const runId = await world.runningRun();
    const { revision } = await world.requireRun(runId);
    await server.raw(
      underTest.url,
      `update workflow_run set closing = '{"to":"cancelled","reason":"by hand"}' where run_id = '${runId}'`,
    );
    expect((await world.requireRun(runId)).revision).toBe(revision + 1);
    await world.close();
  });

  test("[D1] down and up again leaves the schema as it was", async () => {
    const url = server.freshUrl();
    const address = parseDatabaseAddress(url);
    const { schema } = address;
    const connection = openPostgresConnection({
      address,
      maxWriters: 1,
      maxReaders: 1,
      timeoutMs: 30_000,
      inspect: async () => undefined,
    });
    const migrations = readMigrations(defaultMigrationsFolder);
    const target = postgresMigrationTarget({ connection, address, appVersion: "0.1.0" });
    expect(await migrateUp(target, migrations)).toBe(migrations.length);
    const before = await objectsOf(server, url, schema);
    expect(before.length).toBeGreaterThan(60);
    expect(await migrateDown(target, migrations, 0)).toBe(0);
    expect(await objectsOf(server, url, schema)).toEqual([
      "index schema_migration_pkey",
      "table schema_migration",
    ]);
    await migrateUp(target, migrations);
    expect(await objectsOf(server, url, schema)).toEqual(before);
    await connection.close();
  });

  test("[D1] both backends have the same migrations, by number and name", () => {
    const names = (folder: string) => readMigrations(folder).map(({ name }) => name);
    expect(names(defaultMigrationsFolder)).toEqual(
      names(defaultMigrationsFolder.replace(/postgres[/\\]$/, "sqlite")),
    );
  });
});

/** Copies events with another run, number or type. */
function newEvent(changed: string, where: string): string {
  return `insert into run_event (run_id, seq, type, at, actor_kind, group_id, data, checksum)
    select ${changed}, at, actor_kind, group_id, data, checksum from run_event ${where}`;
}

interface Row {
  readonly entity: "run" | "node" | "attempt";
  readonly from_status: string;
  readonly to_status: string;
  readonly actor: ActorKind;
  readonly legal: boolean;
}

const allTransitions = `
  select entity, from_status, to_status, actor, is_legal_transition(entity, from_status, to_status, actor) as legal
  from json_each($1::json) as e (entity, words)
    cross join lateral (select '-' as from_status union all select json_array_elements_text(words)) f
    cross join lateral json_array_elements_text(words) as t (to_status)
    cross join unnest($2::text[]) as a (actor)`;

async function objectsOf(server: TestServer, url: string, schema: string): Promise<string[]> {
  const rows = await server.raw<{ object: string }>(
    url,
    `select case c.relkind when 'r' then 'table ' when 'i' then 'index ' when 'v' then 'view ' else 'other ' end
        || c.relname as object
      from pg_class c where c.relnamespace = $1::regnamespace
      union all
      select 'function ' || p.proname from pg_proc p where p.pronamespace = $1::regnamespace
      union all
      select 'trigger ' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = $1::regnamespace and not t.tgisinternal
      union all
      select 'constraint ' || o.conname from pg_constraint o
      where o.connamespace = $1::regnamespace and o.contype <> 'p' and o.contype <> 'n'
      order by 1`,
    [schema],
  );
  return rows.map(({ object }) => object);
}
