import { Client, type QueryResultRow } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { parseDatabaseAddress } from "./postgres-address.ts";
import { offerClaimableRuns } from "./postgres-claims.ts";
import { clientConfig, writerSettings, type PostgresConnection } from "./postgres-connection.ts";
import { insertEvents } from "./postgres-event-writes.ts";
import { onPostgres } from "./postgres-fixture.conformance.ts";
import { together } from "./postgres-multi-row.ts";
import { updateNodes } from "./postgres-node-writes.ts";
import { createReads } from "./postgres-reads.ts";
import { listRuns } from "./postgres-run-lists.ts";
import { advanceRuns, updateRuns } from "./postgres-run-writes.ts";
import { createSchedulerReads } from "./postgres-scheduler-reads.ts";
import { openPostgresStorage } from "./postgres-storage.ts";
import type { Query, Statement, Value } from "./postgres-transaction.ts";

const now = "2026-01-02T00:00:00.000Z";
const someRun = "00000000-0000-7000-8000-000100000000";

await onPostgres((server) => {
  let client: Client;
  beforeAll(async () => {
    const url = server.freshUrl();
    await (await openPostgresStorage({ url, appVersion: "0.1.0" })).close();
    // As a reader has it: no setting hides a bad plan.
    client = new Client(clientConfig(parseDatabaseAddress(url), 60_000));
    await client.connect();
  }, 120_000);
  afterAll(() => client.end());

  async function planOf({ text }: Statement, values: readonly Value[]): Promise<string> {
    const { rows } = await client.query<Record<"QUERY PLAN", string>>(`explain ${text}`, [
      ...values,
    ]);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  }

  /** The plans of the statements that `ask` would send. */
  async function plansOf(ask: (query: Query) => Promise<unknown>): Promise<string> {
    const plans: string[] = [];
    await ask(
      async <Row extends QueryResultRow>(statement: Statement, values?: readonly Value[]) => {
        plans.push(await planOf(statement, values ?? []));
        const none: readonly Row[] = [];
        return none;
      },
    );
    return plans.join("\n");
  }

  const optional = [
    "actor_id",
    "error",
    "question",
    "not_before",
    "answer_sha256",
    "attempt_error",
  ];
  const nothing: readonly string[] = [];
  test.each([
    ["one row of each kind", nothing, 1],
    ["two rows of each kind", nothing, 2],
    ["many rows", nothing, 20],
    ["many rows without the columns that a step does not have", optional, 20],
  ])(
    "with %s a step's statement finds its rows by their whole keys, though it is planned while the tables are empty",
    async (_form, without, count) => {
      const url = server.freshUrl();
      await (await openPostgresStorage({ url, appVersion: "0.1.0" })).close();
      const writer = new Client(clientConfig(parseDatabaseAddress(url), 60_000, writerSettings));
      await writer.connect();
      onTestFinished(() => writer.end());
      const kinds =
        count === 1
          ? [advanceRuns, updateNodes, insertEvents]
          : [advanceRuns, updateRuns, updateNodes];
      const parts = kinds.map((kind) => {
        const part = kind.rowsToWrite([]);
        const present = part.columns.reduce(
          (sum, { name }, index) => (without.includes(name) ? sum : sum + 2 ** index),
          0,
        );
        const rows = Array.from({ length: count }, () => part.columns.map(() => null));
        return { ...part, rows, present };
      });
      const { statement, values } = together(parts);
      expect(statement.text.includes("json_to_recordset")).toBe(count > 2);
      if (without.length > 0) expect(statement.text).toContain("null::json as question");
      await writer.query(`prepare step as ${statement.text}`);
      const given = values.map((value) =>
        typeof value === "string" ? `'${value}'` : String(value),
      );
      const { rows } = await writer.query<Record<"QUERY PLAN", string>>(
        `explain execute step (${given.join(", ")})`,
      );
      const plan = rows.map((row) => row["QUERY PLAN"].trim());
      const scans = plan.filter((line) => /^(->\s+)?(Seq|Index|Bitmap)/.test(line));
      const found = scans.map((line) =>
        line.replace(/^->\s+| on .*/g, "").replaceAll(/= [^ )]+/g, "= …"),
      );
      const run = ["Index Scan using workflow_run_pkey", "Index Cond: (run_id = …)"];
      expect(found).toEqual([
        ...run,
        ...(count === 1 ? [] : run),
        "Index Scan using node_execution_pkey",
        "Index Cond: ((run_id = …) AND (sequence = …))",
      ]);
    },
  );

  test("what is asked all the time reads short ranges of indexes in a table of 20,000 runs", async () => {
    await client.query(seed);
    const scheduler = (query: Query) => createSchedulerReads(query, "machine-1");
    const page = { now, limit: 10 };
    const asked: readonly (readonly [what: string, plan: string, indexes: readonly string[]])[] = [
      [
        "claims",
        await plansOf((query) => offerClaimableRuns(answering(query), claimant, page)),
        ["workflow_run_queued", "workflow_run_pkey"],
      ],
      [
        "claimable",
        await plansOf((query) => scheduler(query).listClaimableRuns(page)),
        ["workflow_run_queued"],
      ],
      [
        "due timers",
        await plansOf((query) => scheduler(query).listDueWaitingRuns(page)),
        ["workflow_run_waiting"],
      ],
      [
        "next timer",
        await plansOf((query) => scheduler(query).nextWakeAt()),
        ["workflow_run_queued", "workflow_run_waiting"],
      ],
      [
        "stalled runs",
        await plansOf((query) => scheduler(query).findStalledWorkflows(1)),
        ["workflow_run_running"],
      ],
      [
        "first page",
        await plansOf((query) => listRuns(query, { limit: 50 })),
        ["workflow_run_ordinal_key"],
      ],
      [
        "first page of a state",
        await plansOf((query) => listRuns(query, { states: ["failed", "running"], limit: 50 })),
        ["workflow_run_by_status", "workflow_run_ordinal_key"],
      ],
      [
        "first page of a workflow",
        await plansOf((query) => listRuns(query, { workflowId: "w7", limit: 50 })),
        ["workflow_run_by_workflow"],
      ],
      [
        "a run",
        await plansOf((query) => createReads(query).getRun(someRun)),
        ["workflow_run_pkey"],
      ],
    ];
    for (const [what, plan, indexes] of asked) {
      for (const index of indexes) expect(`${what}: ${plan}`).toContain(index);
      expect(`${what}: ${plan}`).not.toContain("Seq Scan on workflow_run");
    }
  });
});

const claimant = { epoch: 1, machineId: "machine-1" };

/** A connection that only answers. */
function answering(query: Query): PostgresConnection {
  return {
    read: (_attempted, work) => work(query),
    write: (_attempted, work) =>
      work({ query, send: () => undefined, settle: async () => {}, run: async () => {} }),
    writeAtOnce: async () => {},
    close: async () => {},
  };
}

/** Mostly completed; some queued, parked, waiting, running and failed. */
const seed = `
  set handshake.copying = 'on';
  insert into engine_instance (instance_id, kind, pid, process_started_at, boot_id, machine_id, app_version, started_at,
    last_beat_at) values (gen_random_uuid(), 'test', 1, '', '', '', '', '${now}', '${now}');
  insert into workflow_definition (hash, source, resolved, node_type_versions, created_at)
    values (repeat('0', 64), '{}', '{}', '{}', '${now}');
  create temporary table made as select n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 4, '0') || '00000000')::uuid as id,
    case when n % 500 = 1 then 'queued' when n % 500 = 2 then 'awaiting_user' when n % 500 = 3 then 'running'
      when n % 50 = 4 then 'failed' else 'completed' end as status
    from generate_series(1, 20000) n;
  insert into job (job_id, trace_id, job_kind, state, created_at) select id, id, 'workflow', status, '${now}' from made;
  insert into workflow_run (run_id, job_id, definition, revision, last_seq, nodes_total, status, status_reason, actor_kind,
    owner_epoch, heartbeat_at, wake_at, running_since, created_at, finished_at, workflow_id, workflow_name, key_scope,
    trigger, grants, access_mode, on_interrupted)
  select id, id, 1, 1, 1, 1, status, '', 'engine', case status when 'running' then 1 end,
    case status when 'running' then '${now}'::timestamptz end,
    case when status = 'awaiting_user' or (status = 'queued' and n % 1000 = 1) then '${now}'::timestamptz end,
    case status when 'running' then '${now}'::timestamptz end, '${now}',
    case when status in ('completed', 'failed') then '${now}'::timestamptz end, 'w' || n % 40, 'W', id,
    '{"kind":"manual"}', '[]', 'apply_scoped', 'ask'
  from made;
  insert into engine_lease (epoch, expires_at) values (1, clock_timestamp());
  insert into run_payload (run_id, slot, sha256, bytes, text) select id, slot, repeat('0', 64), 2, '{}'
    from made cross join unnest(array['input', 'output']) as slots (slot);
  set handshake.copying = 'off';
  analyze;`;
