import { expect, onTestFinished, test } from "vitest";
import { commitConformance } from "../../../app/storage/commit.conformance.ts";
import { collectConformanceTests } from "../../../app/storage/conformance-test.conformance.ts";
import { historyConformance } from "../../../app/storage/history.conformance.ts";
import { jobConformance } from "../../../app/storage/jobs.conformance.ts";
import { ownershipConformance } from "../../../app/storage/ownership.conformance.ts";
import { payloadConformance } from "../../../app/storage/payloads.conformance.ts";
import { readingConformance } from "../../../app/storage/reading.conformance.ts";
import { recoveryConformance } from "../../../app/storage/recovery.conformance.ts";
import { runConformance } from "../../../app/storage/runs.conformance.ts";
import type { StorageUnderTest } from "../../../app/storage/storage-fixture.conformance.ts";
import type { Fence, GroupOutcome, Storage } from "../../../app/storage/storage.ts";
import { onPostgres, openTestStorage } from "./postgres-fixture.conformance.ts";
import { lockInstance } from "./postgres-instances.ts";

type Sql = (statement: string, values?: readonly unknown[]) => Promise<object[]>;

/** A backend that breaks one rule, and the test that has to notice. */
interface Mutant {
  readonly breaks: string;
  readonly caughtBy: string;
  /** What differs in the tables. */
  readonly tables?: string;
  /** What differs in the code. */
  readonly methods?: (storage: Storage, sql: Sql) => Partial<Storage>;
  /** A statement without something that stands in it. */
  readonly statement?: { text: string };
  readonly without?: string;
}

const mutants: readonly Mutant[] = [
  {
    breaks: "acknowledges before the commit",
    caughtBy: "[ST-01] what was acknowledged is there after a close and reopen",
    methods(storage) {
      let held: (() => Promise<unknown>) | null = null;
      return {
        // Written with the next batch; the last one is gone with the process.
        async commit(groups, fence) {
          await held?.();
          held = () => storage.commit(groups, fence);
          return groups.map(({ groupId, expect: known }): GroupOutcome => {
            const { revision, lastSeq } = known ?? { revision: 0, lastSeq: 0 };
            return { ok: true, groupId, revision: revision + 1, lastSeq: lastSeq + 1 };
          });
        },
      };
    },
  },
  {
    breaks: "applies a group in parts",
    caughtBy: "[ST-02] a group is applied whole or not at all",
    methods: (storage) => ({
      async commit(groups, fence) {
        const parts = groups.flatMap((group) =>
          group.changes.map((change, index) => ({
            ...group,
            groupId: `${group.groupId}.${index}`,
            expect: null,
            changes: [change],
          })),
        );
        const outcomes = await storage.commit(parts, fence);
        return groups.map(
          ({ groupId }) =>
            outcomes.find((one) => one.groupId.startsWith(groupId) && !one.ok) ??
            outcomes.find((one) => one.groupId.startsWith(groupId)) ?? {
              ok: true,
              groupId,
              revision: 0,
              lastSeq: 0,
            },
        );
      },
    }),
  },
  {
    breaks: "applies what was built on a refused group",
    caughtBy: "[ST-03] a missed compare-and-set leaves out that group and later ones of its run",
    methods: (storage) => ({
      async commit(groups, fence) {
        const outcomes: GroupOutcome[] = [];
        for (const group of groups) {
          const isLater = outcomes.some((one) => !one.ok);
          const sent = isLater ? { ...group, expect: null } : group;
          outcomes.push(...(await storage.commit([sent], fence)));
        }
        return outcomes;
      },
    }),
  },
  {
    breaks: "applies a group again when it is sent again",
    caughtBy: "[ST-06] a group that takes what is there is not applied twice either",
    methods(storage) {
      let sent = 0;
      return {
        commit(groups, fence) {
          sent += 1;
          return storage.commit(
            groups.map((group) => ({ ...group, groupId: `${group.groupId}-${sent}` })),
            fence,
          );
        },
      };
    },
  },
  {
    breaks: "writes for an engine that was fenced",
    caughtBy: "[ST-07] an engine with an older epoch is refused as a whole",
    methods(storage) {
      let newest: Fence | null = null;
      return {
        async registerInstance(instance) {
          newest = await storage.registerInstance(instance);
          return newest;
        },
        commit: (groups, fence) => storage.commit(groups, fence === null ? null : newest),
      };
    },
  },
  {
    breaks: "writes without a look at its right to write",
    caughtBy: "[ST-07] an engine that was taken over can begin nothing either",
    statement: lockInstance,
    without: "and fenced_at is null",
  },
  {
    breaks: "forgets an event",
    caughtBy: "[F1] [ST-09] every change writes one event",
    tables: `
      create function forget() returns trigger language plpgsql as 'begin return null; end';
      create trigger forget before insert on run_event for each row when (new.type = 'run.annotated')
        execute function forget()`,
  },
  {
    breaks: "leaves a gap in the numbers of history",
    caughtBy: "[F1] [ST-09] every change writes one event",
    tables: `
      create function skip() returns trigger language plpgsql as 'begin new.seq := new.seq + 100; return new; end';
      create trigger skip before insert on run_event for each row when (new.type = 'run.closing')
        execute function skip()`,
  },
  {
    breaks: "lets a run that ended be changed",
    caughtBy: "[ST-11] no change leads out of a terminal state",
    methods: (storage, sql) => ({
      async commit(groups, fence) {
        const outcomes = await storage.commit(groups, fence);
        const [group] = groups;
        if (group?.changes[0]?.change !== "runClosing" || outcomes[0]?.ok !== false)
          return outcomes;
        const { groupId, runId } = group;
        const closing = JSON.stringify(group.changes[0].closing);
        await sql("update workflow_run set closing = $2 where run_id = $1", [runId, closing]);
        return [{ ok: true, groupId, revision: 0, lastSeq: 0 }];
      },
    }),
  },
  {
    breaks: "records a second output",
    caughtBy: "[ST-15] trap: a recorded output is never overwritten or thrown away",
    tables: `do $do$ begin
      execute replace(pg_get_functiondef('node_execution_rules'::regproc), 'old.output_sha256 is not null', 'false');
    end $do$`,
  },
  {
    breaks: "lets a job and its newest run disagree",
    caughtBy: "trap: run and job never disagree",
    tables: "alter table workflow_run disable trigger workflow_run_status_changed",
  },
  {
    breaks: "makes two runs for one request key",
    caughtBy: "[ST-18] a request key makes one run",
    tables: "drop index workflow_run_request_key",
  },
  {
    breaks: "counts a power loss as a crash",
    caughtBy: "[ST-26] only a crash on the same boot with an attempt in flight counts",
    methods: (storage) => ({
      recoverInterruptedRuns: (request) =>
        storage.recoverInterruptedRuns({ ...request, bootId: "boot-1" }),
    }),
  },
  {
    breaks: "stalls live work",
    caughtBy: "[R5] [ST-30] trap: live work is not stalled",
    methods: (storage) => ({
      findStalledWorkflows: () => storage.listRuns({ states: ["running"], limit: 100 }),
    }),
  },
  {
    breaks: "stalls by the caller's clock",
    caughtBy: "[S6] [ST-30] without a newer engine it is the age of the beat that tells",
    methods: (storage) => ({
      findStalledWorkflows: async (thresholdSecs, now) =>
        (await storage.listRuns({ states: ["running"], limit: 100 })).filter(
          ({ heartbeatAt }) =>
            heartbeatAt !== null &&
            Date.parse(heartbeatAt) < Date.parse(now) - thresholdSecs * 1_000,
        ),
    }),
  },
  {
    breaks: "takes an unknown engine's beat",
    caughtBy: "[ST-29] trap: a beat of an unknown engine is an error",
    methods: (storage) => ({
      heartbeatWorkflow: (fence, at) => storage.heartbeatWorkflow(fence, at).catch(() => []),
    }),
  },
  {
    breaks: "leaves gaps between pages",
    caughtBy: "[ST-32] runs are listed newest first",
    methods: (storage) => ({
      listRuns: async (query) =>
        (await storage.listRuns({ ...query, limit: query.limit + 1 })).slice(
          query.before === undefined ? 0 : 1,
          query.limit + 1,
        ),
    }),
  },
];

await onPostgres((server) => {
  test.each(mutants)(
    "[S5] a backend that $breaks is caught by $caughtBy",
    async ({ caughtBy, tables, methods, statement, without = "" }) => {
      if (statement !== undefined) {
        const { text } = statement;
        onTestFinished(() => void (statement.text = text));
        statement.text = text.replace(without, "");
        expect(statement.text).not.toBe(text);
      }
      const open = async (): Promise<StorageUnderTest> => {
        // Sabotaged tables are no other test's.
        const underTest = await openTestStorage(server, { url: server.freshUrl(), maxReaders: 1 });
        const sql: Sql = (statement, values) => server.raw(underTest.url, statement, values);
        if (tables !== undefined) await sql(tables);
        const broken = (storage: Storage): Storage => ({ ...storage, ...methods?.(storage, sql) });
        return {
          ...underTest,
          storage: broken(underTest.storage),
          reopen: async () => broken(await underTest.reopen()),
        };
      };
      const [found, ...more] = collectConformanceTests(() => {
        commitConformance(open);
        runConformance(open);
        jobConformance(open);
        payloadConformance(open);
        historyConformance(open);
        recoveryConformance(open);
        ownershipConformance(open);
        readingConformance(open);
      }).filter(({ name }) => name.startsWith(caughtBy));
      expect(more).toEqual([]);
      const outcome = await found?.run().then(
        () => "passed",
        (error: unknown) => (isFinding(error) ? "caught" : error),
      );
      expect(outcome).toBe("caught");
    },
    120_000,
  );
});

/** An assertion, or a refusal of what has to work: not a defect of the mutant itself. */
function isFinding(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "AssertionError" || error.message.includes("not sound"))
  );
}
