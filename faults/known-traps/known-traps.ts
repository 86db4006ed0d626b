/**
 * The known traps of the requirements, each rebuilt as an edit of the product's text. Where a rule is
 * kept in several layers (code, statement, CHECK, trigger), all of them are taken away: one alone would
 * still hold, and the test would rightly stay green.
 */
export interface KnownTrap {
  readonly trap: string;
  /** The test that must fail: its file, and words of its name that no other one has. */
  readonly file: string;
  readonly test: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  /** Stands in it once, or as often as `times` says. */
  readonly find: string;
  readonly replace: string;
  readonly times?: number;
}

const conformance = "src-main/storage/sqlite/sqlite-storage.test.ts";
const schemaTest = "src-main/storage/sqlite/sqlite-schema.test.ts";
const crashTest = "src-main/cli/crash.test.ts";

const schema = "migrations/sqlite/0001-initial.sql";
const startCore = "src-main/core/start-core.ts";
const recovery = "src-main/storage/sqlite/sqlite-recovery.ts";
const scheduler = "src-main/storage/sqlite/sqlite-scheduler-reads.ts";
const runWriter = "src-main/storage/sqlite/sqlite-run-writer.ts";
const loadRun = "app/engine/load-run.ts";

export const knownTraps: readonly KnownTrap[] = [
  {
    trap: "recovery is never called at start-up",
    file: crashTest,
    test: "trap: every start recovers",
    edits: [
      {
        file: startCore,
        find: "await recoverAtStart({ storage, fence, clock, bootId, deadInstances });",
        replace:
          "{ at: startedAt, stalled: [], poisoned: [], ended: [] }; void recoverAtStart; void bootId; void deadInstances;",
      },
    ],
  },
  {
    trap: "jobs are accepted before recovery has ended",
    file: "src-main/core/start-core.test.ts",
    test: "trap: no job is accepted before recovery has ended",
    edits: [
      {
        file: startCore,
        find: "const recovery = await recoverAtStart({ storage, fence, clock, bootId, deadInstances });",
        replace: `void recoverAtStart({ storage, fence, clock, bootId, deadInstances });
          const recovery = { at: startedAt, stalled: [], poisoned: [], ended: [] };`,
      },
    ],
  },
  {
    trap: "a 30 s threshold hides a fast restart from the search for stalled runs",
    file: conformance,
    test: "trap: an owner that is dead or ended counts at once",
    edits: [
      {
        file: scheduler,
        find: "or owner_epoch < (select max(epoch) from engine_instance)",
        replace: "",
      },
    ],
  },
  {
    trap: "a 30 s threshold hides a fast restart from recovery",
    file: crashTest,
    test: "trap: every start recovers",
    edits: [
      {
        file: recovery,
        find: "where r.status = 'running'\n        and case",
        replace: `where r.status = 'running'
        and unixepoch(:at) - unixepoch(coalesce(r.heartbeat_at, r.started_at)) > :threshold
        and case`,
      },
    ],
  },
  {
    trap: "the engine beats only when a step starts",
    file: "app/engine/recovery.test.ts",
    test: "trap: a step that works for 90 seconds keeps beating",
    edits: [
      {
        file: "app/engine/heartbeat.ts",
        find: "    schedule();\n  }\n\n  schedule();",
        replace: "  }\n\n  schedule();",
      },
    ],
  },
  {
    trap: "a live run whose beat is late counts as stalled",
    file: conformance,
    test: "trap: live work is not stalled",
    edits: [
      {
        file: scheduler,
        find: "owner_epoch is not @mine and coalesce",
        replace: "(1 or @mine) and coalesce",
      },
    ],
  },
  {
    trap: "a migration fails on a populated table",
    file: "src-main/storage/migrate.test.ts",
    test: "trap: a populated database is upgraded",
    // The trap is a migration; the next version's one stands in the test.
    edits: [
      {
        file: "src-main/storage/migrate.test.ts",
        find: `up = "alter table job add column color text;`,
        replace: `up = "alter table job add column color text check (color is not null);`,
      },
    ],
  },
  {
    trap: "stalled → completed is accepted",
    file: conformance,
    test: "trap: stalled → completed is refused",
    edits: [
      {
        file: "app/engine/transitions.ts",
        find: `[["poisoned"], ["queued", "failed", "cancelled"], ["human"]],`,
        replace: `[["poisoned"], ["queued", "failed", "cancelled"], ["human"]],
          [["stalled"], ["completed"], ["engine"]],`,
      },
      {
        file: schema,
        find: "('run', 'stalled', 'queued', 'human'),",
        replace:
          "('run', 'stalled', 'queued', 'human'), ('run', 'stalled', 'completed', 'engine'),",
      },
    ],
  },
  {
    trap: "a status outside the list is accepted",
    file: schemaTest,
    test: "trap: the database itself refuses",
    edits: [
      {
        file: schema,
        find: "before update of status on workflow_run\nwhen not exists",
        replace: "before update of status on workflow_run\nwhen 0 and not exists",
      },
      {
        file: schema,
        find: "when 'poisoned' then finished_at is not null\n    else 0 end",
        replace: "when 'poisoned' then finished_at is not null\n    else 1 end",
      },
      { file: schema, find: "check (state in (", replace: "check (1 or state in (" },
      {
        file: schema,
        find: "constraint workflow_run_stretch check (",
        replace: "constraint workflow_run_stretch check (1 or ",
      },
      {
        file: schema,
        find: "constraint workflow_run_owner check (",
        replace: "constraint workflow_run_owner check (1 or ",
      },
    ],
  },
  {
    trap: "two nodes with one sequence",
    file: conformance,
    test: "trap: two nodes with one sequence",
    edits: [
      {
        file: schema,
        find: "create unique index node_execution_sequence",
        replace: "create index node_execution_sequence",
      },
    ],
  },
  {
    trap: "a node is left running under a stalled run",
    file: conformance,
    test: "trap: no node is left running under a stalled run",
    edits: [
      {
        file: recovery,
        find: "where o.to_status = 'stalled' and n.status = 'running'",
        replace: "where 0 and o.to_status = 'stalled' and n.status = 'running'",
      },
    ],
  },
  {
    trap: "finishedAt is missing for completed_with_issues",
    file: conformance,
    test: "trap: finishedAt is set in every terminal state",
    edits: [
      {
        file: schema,
        find: "when 'completed_with_issues' then finished_at is not null\n    when 'failed' then finished_at is not null\n    when 'cancelled' then finished_at is not null\n    when 'poisoned'",
        replace:
          "when 'completed_with_issues' then 1\n    when 'failed' then finished_at is not null\n    when 'cancelled' then finished_at is not null\n    when 'poisoned'",
      },
      {
        file: runWriter,
        find: `if (isTerminal(to)) values.push(context.at);`,
        replace: `if (isTerminal(to) && to !== "completed_with_issues") values.push(context.at);`,
      },
      {
        file: runWriter,
        find: `columns.push(isTerminal(to) ? "finished_at = ?"`,
        replace: `columns.push(isTerminal(to) && to !== "completed_with_issues" ? "finished_at = ?"`,
      },
    ],
  },
  {
    trap: "finishedAt is missing for poisoned",
    file: conformance,
    test: "trap: finishedAt is set in every terminal state",
    edits: [
      {
        file: schema,
        find: "when 'poisoned' then finished_at is not null",
        replace: "when 'poisoned' then 1",
      },
      {
        file: recovery,
        find: "last_seq = last_seq + 1, finished_at = :at",
        replace: "last_seq = last_seq + 1",
      },
    ],
  },
  {
    trap: "a stale error is kept after failed → completed",
    file: conformance,
    test: "trap: no error is kept after a later success",
    edits: [
      {
        file: schema,
        find: "attempt_status is not 'running' and error is null",
        replace: "attempt_status is not 'running'",
      },
      {
        file: "src-main/storage/sqlite/sqlite-node-writer.ts",
        find: `columns.push(["error", change.error === undefined ? "null" : "?"]);`,
        replace: `if (change.error !== undefined) columns.push(["error", "?"]);`,
      },
    ],
  },
  {
    trap: "history goes when its job is pruned",
    file: schemaTest,
    test: "and history never goes with its job",
    edits: [
      {
        file: schema,
        find: "job integer not null references job (id),",
        replace: "job integer not null references job (id) on delete cascade,",
      },
      {
        file: schema,
        find: "run integer not null references workflow_run (id),",
        replace: "run integer not null references workflow_run (id) on delete cascade,",
        times: 3,
      },
      {
        file: schema,
        find: "execution integer not null references node_execution (id),",
        replace: "execution integer not null references node_execution (id) on delete cascade,",
        times: 3,
      },
      {
        file: schema,
        find: "create trigger run_event_no_delete before delete on run_event",
        replace: "create trigger run_event_no_delete before delete on run_event when 0",
      },
    ],
  },
  {
    trap: "old history is not read any more",
    file: conformance,
    test: "trap: history is still there when its run is old",
    edits: [
      {
        file: "src-main/storage/sqlite/sqlite-reads.ts",
        find: "return events.all(key, after, limit).map((row) => eventOfRow(runId, row));",
        replace:
          "return events.all(key, Math.max(after, 12), limit).map((row) => eventOfRow(runId, row));",
      },
    ],
  },
  {
    trap: "two active runs for one job",
    file: conformance,
    test: "trap: two active runs for one job are refused",
    edits: [
      {
        file: schema,
        find: "create unique index workflow_run_unfinished",
        replace: "create index workflow_run_unfinished",
      },
    ],
  },
  {
    trap: "a completed job is overwritten to stalled",
    file: conformance,
    test: "trap: a state other than running is never overwritten",
    edits: [
      {
        file: recovery,
        find: "from workflow_run r indexed by workflow_run_running",
        replace: "from workflow_run r",
      },
      {
        file: recovery,
        find: "where r.status = 'running'\n",
        replace: "where r.status in ('running', 'completed')\n",
      },
      {
        file: schema,
        find: "('run', 'running', 'stalled', 'system'),",
        replace:
          "('run', 'running', 'stalled', 'system'), ('run', 'completed', 'stalled', 'system'),",
      },
    ],
  },
  {
    trap: "a beat of an unknown engine is ignored",
    file: conformance,
    test: "trap: a beat of an unknown engine is an error",
    edits: [
      {
        file: "src-main/storage/sqlite/sqlite-instances.ts",
        find: "if (beatInstance.run(at, fence.instanceId, fence.epoch).changes !== 1)\n        throw unknownInstance(fence);",
        replace:
          "if (beatInstance.run(at, fence.instanceId, fence.epoch).changes !== 1) return [];",
      },
    ],
  },
  {
    trap: "a full scan to find stalled runs",
    file: schemaTest,
    test: "trap: the hot queries, the one for stalled runs among them",
    edits: [
      {
        file: scheduler,
        find: "select id from workflow_run indexed by workflow_run_running",
        replace: "select id from workflow_run not indexed",
      },
    ],
  },
  {
    trap: "run and job are updated in separate statements",
    file: conformance,
    test: "trap: run and job never disagree",
    // The second statement, and with it the moment in between in which both disagree, is left out.
    edits: [
      {
        file: schema,
        find: "update job set state = new.status, status_reason = new.status_reason where id = new.job and newest_run = new.id;",
        replace: "",
      },
    ],
  },
  {
    trap: "a recorded output is overwritten",
    file: conformance,
    test: "trap: a recorded output is never overwritten or thrown away",
    edits: [{ file: schema, find: "when old.output_sha256 is not null", replace: "when 0" }],
  },
  {
    trap: "recovery throws outputs away",
    file: conformance,
    test: "trap: recovered work goes on with the outputs that were saved",
    edits: [
      { file: schema, find: "when old.output_sha256 is not null", replace: "when 0" },
      {
        file: recovery,
        find: `["runs updated", updateRuns],`,
        replace: `["runs updated", updateRuns],
          ["outputs dropped", "update node_execution set output_sha256 = null, output_bytes = null, output_text = null where run in (select run from temp.orphan)"],`,
      },
    ],
  },
  {
    trap: "a resume starts over: completed nodes are forgotten",
    file: crashTest,
    test: "trap: resume does not start over",
    edits: [
      {
        file: loadRun,
        find: "for (const row of ended) takeOver(state, row);",
        replace: "state.progress.state.fill(progressState.waiting); void ended; void takeOver;",
      },
      {
        file: schema,
        find: "create unique index node_execution_path",
        replace: "create index node_execution_path",
      },
    ],
  },
  {
    trap: "a resume starts over: recorded sub-steps are forgotten",
    file: crashTest,
    test: "trap: resume does not start over",
    edits: [
      {
        file: "app/engine/node-context.ts",
        find: "stored: parts.stored.steps,",
        replace: "stored: parts.stored.steps.slice(0, 0),",
      },
    ],
  },
];
