import { join } from "node:path";
import Database from "better-sqlite3";
import type { RunQuery, Storage } from "../app/storage/storage.ts";
import { dataPaths } from "../src-main/storage/sqlite/sqlite-database.ts";
import { openSqliteReader } from "../src-main/storage/sqlite/sqlite-reader.ts";
import { type Figure, figureOf, type Target } from "./figure.ts";
import { alternateRounds, type Side } from "./rounds.ts";
import { folderOfStoredRuns, howStored } from "./stored-runs.ts";
import type { Workload } from "./workload.ts";

const pageSize = 200;
const callsARound = 50;
const page: Target = { below: 2 };

/** W5: what a list of runs costs when there are a million of them. */
export const millionRuns: Workload = {
  title: "lists and counters with 1,000,000 runs stored",
  async measure(options) {
    const runs = options.isQuick ? 100_000 : 1_000_000;
    const folder = await folderOfStoredRuns(join(options.cacheFolder, "stored-runs"), {
      runs,
      isAtRest: false,
    });
    const storage = await openSqliteReader({ folder });
    const bare = new Database(dataPaths(folder).database, { readonly: true });
    const queries = await pageQueries(storage, runs);
    const failures = await checkLists(storage, queries, runs);
    const bareCounts = bare.prepare("select status, runs from run_count");
    const groupBy = bare.prepare("select status, count(*) from workflow_run group by status");
    const barePage = bare.prepare("select * from workflow_run order by id desc limit ?");
    const sides: Side[] = [
      ...queries.map(({ name, query }) => repeated(name, () => storage.listRuns(query))),
      repeated("floor: the same rows read bare", () => barePage.all(pageSize)),
      repeated("counters", () => storage.countRunsByState()),
      repeated("floor: the counters' rows read bare", () => bareCounts.all()),
      { name: "instead: counting by GROUP BY", steps: 1, round: () => timed(() => groupBy.all()) },
    ];
    const times = await alternateRounds({ ...options, sides });
    await storage.close();
    bare.close();
    return {
      conditions: [
        `${runs.toLocaleString("en")} runs; ${pageSize} a page; the mean of ${callsARound} calls a round, warm`,
        howStored,
      ],
      figures: times.map(({ name, usPerStep }): Figure => {
        const ms = usPerStep.map((us) => us / 1_000);
        return figureOf(name, ms, "ms", targetOf(name));
      }),
      rounds: Object.fromEntries(times.map(({ name, usPerStep }) => [`${name}, µs`, usPerStep])),
      failures,
    };
  },
};

function targetOf(name: string): Target | undefined {
  // Any number of states together is a merge of their ranges, and no figure was set for it.
  if (name.includes("four")) return undefined;
  if (name.startsWith("page")) return page;
  return name === "counters" ? { below: 1 } : undefined;
}

interface NamedQuery {
  readonly name: string;
  readonly query: RunQuery;
  readonly isOf: (status: string) => boolean;
}

async function pageQueries(storage: Storage, runs: number): Promise<readonly NamedQuery[]> {
  const first = await storage.listRuns({ limit: pageSize });
  const before = first.at(-1)?.runId ?? "";
  const deep = await storage.listRuns({ limit: pageSize, states: ["stalled"] });
  const middle = deep.at(-1)?.runId ?? "";
  const any = (): boolean => true;
  const count = runs.toLocaleString("en");
  return [
    { name: `page 1 of ${count}`, query: { limit: pageSize }, isOf: any },
    {
      name: "page 1, completed",
      query: { limit: pageSize, states: ["completed"] },
      isOf: (status) => status === "completed",
    },
    {
      name: "page 1, stalled (1 in 250)",
      query: { limit: pageSize, states: ["stalled"] },
      isOf: (status) => status === "stalled",
    },
    {
      name: "page 1, four states",
      query: { limit: pageSize, states: ["queued", "stalled", "awaiting_user", "failed"] },
      isOf: (status) => status !== "completed",
    },
    { name: "page 2, by its key", query: { limit: pageSize, before }, isOf: any },
    { name: "page 250 or so, by its key", query: { limit: pageSize, before: middle }, isOf: any },
  ];
}

async function checkLists(
  storage: Storage,
  queries: readonly NamedQuery[],
  runs: number,
): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, query, isOf } of queries) {
    const rows = await storage.listRuns(query);
    const fitting = rows.filter(({ status }) => isOf(status)).length;
    if (fitting !== pageSize) failures.push(`${name}: ${fitting} of ${pageSize} rows fit.`);
  }
  const counts = Object.values(await storage.countRunsByState());
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== runs) failures.push(`The counters add up to ${sum}, not to ${runs}.`);
  return failures;
}

function repeated(name: string, call: () => unknown): Side {
  return {
    name,
    steps: callsARound,
    round: () =>
      timed(async () => {
        for (let calls = 0; calls < callsARound; calls += 1) await call();
      }),
  };
}

async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
