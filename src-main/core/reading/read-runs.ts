import type { ParsedInput, RequestOutput } from "../../../app/contract/contract.ts";
import { limits } from "../../../app/contract/limits.ts";
import type { RunRow } from "../../../app/contract/run-row.ts";
import type { RunCounters } from "../../../app/contract/runs.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { fitPiece } from "./fit-piece.ts";
import type { DefinitionCache } from "./node-names.ts";
import type { ReadStorage } from "./read-storage.ts";
import { matchesFilter, needsScan, statesOf } from "./run-filter.ts";
import { readRunRow, runRowOf } from "./run-row-of.ts";

/** Rows that one search looks at before it answers what it has; the client goes on from there. */
const scanRows = 5_000;
const scanPage = 500;

export function runReads(storage: ReadStorage, definitions: DefinitionCache, now: () => number) {
  return {
    async listRuns(query: ParsedInput<"runs.list">): Promise<RequestOutput<"runs.list">> {
      const states = statesOf(query.filter);
      if (states?.length === 0) return { rows: [], next: null };
      const { filter, limit } = query;
      const isScan = needsScan(filter);
      const pageSize = isScan ? scanPage : limit;
      const found: WorkflowRun[] = [];
      let before = query.before;
      let isEnd = false;
      for (let seen = 0; found.length < limit && !isEnd && seen < scanRows;) {
        const page = await storage.listRuns({
          limit: pageSize,
          ...(before === null ? {} : { before }),
          ...(states === null ? {} : { states }),
          ...(filter.workflowId === null ? {} : { workflowId: filter.workflowId }),
        });
        isEnd = page.length < pageSize;
        seen += page.length;
        for (const [index, run] of page.entries()) {
          before = run.runId;
          if (matchesFilter(filter, runRowOf(run, null), now())) found.push(run);
          if (found.length === limit) {
            isEnd &&= index === page.length - 1;
            break;
          }
        }
      }
      const rows: RunRow[] = [];
      for (const run of found) rows.push(await readRunRow(storage, definitions, run));
      const fitting = fitPiece(rows);
      if (fitting.length < rows.length)
        return { rows: fitting, next: fitting.at(-1)?.runId ?? null };
      return { rows, next: isEnd ? null : before };
    },

    /** The runs that exist, in the order asked for. */
    async runRows(runIds: readonly string[]): Promise<RunRow[]> {
      const rows: RunRow[] = [];
      for (const runId of runIds.slice(0, limits.watchedRuns)) {
        const run = await storage.getRun(runId);
        if (run !== null) rows.push(await readRunRow(storage, definitions, run));
      }
      return rows;
    },

    async counters(): Promise<RunCounters> {
      return storage.countRunsByState();
    },

    /** The newest run of each workflow. */
    async newestRuns(workflowIds: readonly string[]): Promise<Record<string, RunRow>> {
      const newest: Record<string, RunRow> = {};
      for (const workflowId of workflowIds) {
        const [run] = await storage.listRuns({ workflowId, limit: 1 });
        if (run !== undefined) newest[workflowId] = runRowOf(run, null);
      }
      return newest;
    },
  };
}
