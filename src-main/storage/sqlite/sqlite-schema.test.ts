import type Database from "better-sqlite3";
import { expect, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { beatRunsSql } from "./sqlite-instances.ts";
import { listNodes, listOrphans, temporaryTables } from "./sqlite-recovery.ts";
import { matching, openRaw, openTestStorage } from "./sqlite-fixture.conformance.ts";
import { pageQuery } from "./sqlite-run-lists.ts";
import { schedulerSql } from "./sqlite-scheduler-reads.ts";
import { selectRun, selectNode, selectEvent } from "./sqlite-selects.ts";

test("[D2] [S9] trap: the database itself refuses what must never be stored, and history never goes with its job", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  await world.apply(runId, world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2));
  const raw = openRaw(underTest.folder);
  const run = `(select id from workflow_run where run_id = '${runId}')`;
  const node = (columns: string, values: string) =>
    `insert into node_execution (run, node_type, replay, status, actor_kind, created_at, ${columns})
     values (${run}, 't', 'pure', 'queued', 'engine', '2026-01-01T00:00:00.000Z', ${values})`;
  const refused: readonly (readonly [sql: string, why: RegExp])[] = [
    [
      `update workflow_run set status = 'done' where run_id = '${runId}'`,
      /ILLEGAL_TRANSITION|CHECK/,
    ],
    [
      `update workflow_run set finished_at = '2026-01-01T00:00:00.000Z' where run_id = '${runId}'`,
      /CHECK/,
    ],
    [`update workflow_run set status = 'completed' where run_id = '${runId}'`, /CHECK/],
    [
      `update workflow_run set status = 'queued', running_since = null where run_id = '${runId}'`,
      /workflow_run_owner/,
    ],
    [`update workflow_run set owner_epoch = 77 where run_id = '${runId}'`, /FOREIGN KEY/],
    [`update workflow_run set run_id = 'x' where run_id = '${runId}'`, /CHECK/],
    [
      `update workflow_run set heartbeat_at = '2026-01-01 00:00:00' where run_id = '${runId}'`,
      /CHECK/,
    ],
    [`update workflow_run set created_at = 1700000000 where run_id = '${runId}'`, /CHECK|datatype/],
    [`update workflow_run set closing = '{"to":"completed"}' where run_id = '${runId}'`, /CHECK/],
    [node("sequence, node_path, iteration_path", "1, 'new', ''"), /UNIQUE.*sequence/],
    [node("sequence, node_path, iteration_path", "9, 'step-1', ''"), /UNIQUE.*node_path/],
    [node("sequence, node_path, iteration_path", "9, 'step-9', null"), /NOT NULL/],
    [node("sequence, node_path, iteration_path", "0, 'step-9', ''"), /CHECK/],
    [
      node(
        "sequence, node_path, iteration_path, finished_at",
        "9, 'step-9', '', '2026-01-01T00:00:00.000Z'",
      ),
      /CHECK/,
    ],
    [
      node("sequence, node_path, iteration_path, attempt_number", "9, 'step-9', '', 1"),
      /CHECK|ILLEGAL/,
    ],
    [
      `update node_execution set attempt_status = 'failed' where status = 'running'`,
      /ILLEGAL|CHECK/,
    ],
    [`update node_execution set replay = 'maybe'`, /CHECK/],
    [`update node_execution set output_text = '1' where status = 'completed'`, /IMMUTABLE/],
    [`update node_execution set error = '{}' where status = 'completed'`, /CHECK/],
    [`update run_payload set text = '{}'`, /IMMUTABLE/],
    [`update run_event set data = '{}' where seq = 1`, /APPEND_ONLY/],
    [`delete from run_event`, /APPEND_ONLY/],
    [
      `insert into run_event (run, seq, at, type, actor_kind, group_id, data, checksum) values (${run}, 1, '', 'run.status', 'human', 'g', '{}', 0)`,
      /UNIQUE/,
    ],
    [
      `insert into run_event (run, seq, at, type, actor_kind, group_id, data, checksum) values (${run}, 99, '', 'run.exploded', 'human', 'g', '{}', 0)`,
      /CHECK/,
    ],
    [
      `insert into run_event (run, seq, at, type, actor_kind, group_id, data, checksum) values (12345, 99, '', 'run.status', 'human', 'g', '{}', 0)`,
      /FOREIGN KEY/,
    ],
    [`delete from workflow_run`, /FOREIGN KEY/],
    [`delete from job`, /FOREIGN KEY/],
    [`delete from node_execution`, /FOREIGN KEY|IMMUTABLE/],
    [`update workflow_definition set source = '{}'`, /IMMUTABLE/],
    [`update job set metrics = null`, /NOT NULL/],
    [`update job set state = 'unknown'`, /CHECK/],
    [
      `insert into workflow_run (run_id, job, definition, revision, last_seq, nodes_total, status, status_reason, actor_kind,
         created_at, workflow_id, workflow_name, key_scope, trigger, grants, access_mode, on_interrupted)
       select '00000000-0000-4000-8000-000000000000', job, definition, 1, 1, 0, 'queued', '', 'human', created_at, workflow_id,
         workflow_name, key_scope, trigger, grants, access_mode, on_interrupted from workflow_run`,
      /UNIQUE.*workflow_run.job/,
    ],
  ];
  // A child row, so that deleting the node would leave something without its parent.
  await world.apply(runId, {
    change: "stepIntended",
    actor: world.engine,
    nodeExecutionId: world.nodeIdentity(runId, 2).nodeExecutionId,
    attempt: 1,
    name: "s",
    n: 1,
  });
  const before = await world.snapshot(runId);
  for (const [sql, why] of [...refused, ...pruning]) {
    expect({ sql, error: errorOf(raw, sql) }).toEqual({ sql, error: matching(why) });
  }
  expect(await world.snapshot(runId)).toEqual(before);
  await world.close();
});

/** trap: history gone when its job is pruned. Nothing that history belongs to can be deleted under it. */
const pruning: readonly (readonly [sql: string, why: RegExp])[] = [
  ["delete from job", /FOREIGN KEY/],
  ["delete from workflow_run", /FOREIGN KEY/],
  ["delete from run_event", /APPEND_ONLY/],
  ["drop table job", /FOREIGN KEY/],
];

test("[D2] trap: the hot queries, the one for stalled runs among them, never scan a whole table", async () => {
  const { folder } = await openTestStorage();
  const raw = openRaw(folder);
  raw.exec(temporaryTables);
  const recoveryValues = { quit: 0, boot: "", epoch: 1 };
  const claim = planOf(raw, schedulerSql.claimable, { now: "", limit: 1 });
  const listed = pageQuery({ states: ["failed", "stalled"], limit: 10 }, 1_000);
  const ofWorkflow = pageQuery({ workflowId: "w", limit: 10 }, 1_000);
  const all = pageQuery({ limit: 10 }, 1_000);
  const plans: readonly (readonly [what: string, plan: string, uses: RegExp])[] = [
    ["recovery scan", planOf(raw, listOrphans, recoveryValues), /workflow_run_running/],
    ["nodes of orphans", planOf(raw, listNodes, {}), /node_execution_sequence \(run=\?\)/],
    [
      "stalled runs",
      planOf(raw, schedulerSql.stalled, { mine: 1, oldest: "" }),
      /workflow_run_running/,
    ],
    ["beat", planOf(raw, beatRunsSql, ["", 1]), /workflow_run_running \(owner_epoch=\?\)/],
    ["claimable runs, new", claim, /workflow_run_queued/],
    [
      "due waits",
      planOf(raw, schedulerSql.dueWaiting, { now: "", limit: 1 }),
      /workflow_run_waiting/,
    ],
    [
      "next timer",
      planOf(raw, schedulerSql.nextWake),
      /workflow_run_queued[\s\S]*workflow_run_waiting/,
    ],
    ["runs by state", planOf(raw, listed.sql, listed.values), /workflow_run_by_status/],
    [
      "runs of a workflow",
      planOf(raw, ofWorkflow.sql, ofWorkflow.values),
      /workflow_run_by_workflow/,
    ],
    ["newest runs", planOf(raw, all.sql, all.values), /SEARCH r USING INTEGER PRIMARY KEY/],
    ["one run", planOf(raw, `${selectRun} where r.run_id = ''`), /run_id=\?/],
    [
      "runs of a job",
      planOf(raw, `${selectRun} where j.job_id = '' order by r.id desc`),
      /workflow_run_job/,
    ],
    [
      "request key",
      planOf(raw, "select run_id from workflow_run where request_key = ''"),
      /workflow_run_request_key/,
    ],
    [
      "nodes of a run",
      planOf(raw, `${selectNode} where n.run = 1 and n.sequence > 0 order by n.sequence`),
      /node_execution_sequence/,
    ],
    [
      "events of a run",
      planOf(raw, `${selectEvent} where e.run = 1 and e.seq > 0 order by e.seq`),
      /run_event_seq/,
    ],
    [
      "logs of a run",
      planOf(raw, "select * from node_log where run = 1 and number > 0 order by number"),
      /node_log_by_run/,
    ],
    [
      "compare-and-set",
      planOf(raw, "update workflow_run set revision = 2 where id = 1 and revision = 1"),
      /INTEGER PRIMARY KEY/,
    ],
    [
      "node change",
      planOf(
        raw,
        "update node_execution set status = 'completed' where run = 1 and sequence = 1 and status = 'running'",
      ),
      /node_execution_(sequence|running)/,
    ],
  ];
  for (const [what, plan, uses] of plans) {
    expect({ what, plan }).toEqual({ what, plan: matching(uses) });
    const scans = plan
      .split("\n")
      .filter((line) => line.startsWith("SCAN") && !shortScan.test(line));
    expect({ what, scans }).toEqual({ what, scans: [] });
  }
});

/** Of a subquery's few rows, of a temporary table, or of a partial index, which holds only what is looked for. */
const shortScan =
  /^SCAN (\(|CONSTANT|o$|r USING INDEX workflow_run_running|workflow_run USING (COVERING )?INDEX workflow_run_(queued|waiting|running))/;

function errorOf(raw: Database.Database, sql: string): string {
  raw.exec("begin immediate");
  try {
    raw.exec(sql);
    // Deferred checks come with the commit.
    raw.exec("commit");
    return "was accepted";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    if (raw.inTransaction) raw.exec("rollback");
  }
}

function planOf(
  raw: Database.Database,
  sql: string,
  values: object | readonly unknown[] = [],
): string {
  const statement = raw.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`);
  return statement
    .all(values)
    .map(({ detail }) => detail)
    .join("\n");
}
