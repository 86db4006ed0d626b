import type { ParsedInput, RequestOutput } from "../../../app/contract/contract.ts";
import { limits } from "../../../app/contract/limits.ts";
import type { NodeRow } from "../../../app/contract/node-row.ts";
import type { JobSummary, RunDetail } from "../../../app/contract/run-detail.ts";
import { isTerminal, type JobMetrics } from "../../../app/model/job.ts";
import type { NodeExecution, NodeStatus } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { createNodeTally } from "./node-tally.ts";
import { fitPiece, pageOf } from "./fit-piece.ts";
import type { DefinitionCache } from "./node-names.ts";
import { readNodeRow } from "./node-row-of.ts";
import type { ReadStorage } from "./read-storage.ts";
import { readJobSummary, runDetailOf } from "./run-detail-of.ts";
import { readRunRow } from "./run-row-of.ts";

/** A run as its page begins: one state of the run, whole. */
export interface RunOpening {
  readonly run: RunDetail;
  readonly job: JobSummary;
  readonly nodes: NodeRow[];
  readonly nextNodes: number | null;
  /** The newest ones, by seq. */
  readonly events: RunEvent[];
}

/** By the nodes' sequence; every event up to `atLeastSeq` is in it, and maybe some later ones. */
export interface NodeStatuses {
  readonly atLeastSeq: number;
  readonly statuses: readonly (NodeStatus | undefined)[];
}

/** Figures of an unfinished run may be this old: summing them reads every node. */
const metricsForMs = 1_000;
const triesForOneState = 3;
const countPage = 1_000;
/** A snapshot carries nodes and events: each takes half a piece at most. */
const halfPiece = limits.pieceBytes / 2;

export function singleRunReads(
  storage: ReadStorage,
  definitions: DefinitionCache,
  now: () => number,
) {
  let summed: { readonly runId: string; readonly at: number; readonly metrics: JobMetrics } | null =
    null;

  async function metricsOf({ runId, status }: WorkflowRun): Promise<JobMetrics> {
    const isFresh = summed?.runId === runId && now() - summed.at < metricsForMs;
    if (summed === null || !isFresh || isTerminal(status)) {
      summed = { runId, at: now(), metrics: await storage.getRunMetrics(runId) };
    }
    return summed.metrics;
  }

  async function detailOf(run: WorkflowRun): Promise<RunDetail> {
    const row = await readRunRow(storage, definitions, run);
    return runDetailOf({ run, row, metrics: await metricsOf(run) });
  }

  async function namesOf(runId: string) {
    const run = await storage.getRun(runId);
    return run === null ? null : definitions.get(run.definitionHash);
  }

  async function rowsOf(runId: string, nodes: readonly NodeExecution[]): Promise<NodeRow[]> {
    const names = await namesOf(runId);
    const rows: NodeRow[] = [];
    for (const node of nodes) rows.push(await readNodeRow(storage, names, node));
    return rows;
  }

  async function nodesPage(query: ParsedInput<"run.nodes">): Promise<RequestOutput<"run.nodes">> {
    const { runId, after, limit } = query;
    const nodes = await storage.listWorkflowNodeExecutions(runId, { after, limit });
    const rows = await rowsOf(runId, nodes);
    const page = pageOf(rows, { limit, numberOf: ({ sequence }) => sequence });
    return { nodes: page.rows, next: page.next };
  }

  async function nodeStatuses(runId: string): Promise<NodeStatuses | null> {
    const run = await storage.getRun(runId);
    if (run === null) return null;
    const statuses: (NodeStatus | undefined)[] = [];
    for (let after: number | null = 0; after !== null;) {
      const page: readonly NodeExecution[] = await storage.listWorkflowNodeExecutions(runId, {
        after,
        limit: countPage,
      });
      for (const { sequence, status } of page) statuses[sequence] = status;
      after = page.length < countPage ? null : (page.at(-1)?.sequence ?? null);
    }
    return { atLeastSeq: run.lastSeq, statuses };
  }

  async function openRun(runId: string, nodeLimit: number): Promise<RunOpening | null> {
    for (let tries = 1; ; tries++) {
      const run = await storage.getRun(runId);
      if (run === null) return null;
      const page = await nodesPage({ runId, after: 0, limit: nodeLimit });
      const nodes = fitPiece(page.nodes, halfPiece);
      const isCut = nodes.length < page.nodes.length;
      const after = Math.max(0, run.lastSeq - limits.eventTail);
      const tail = await storage.listRunEvents(runId, { after, limit: limits.eventTail });
      const opening = {
        run: await detailOf(run),
        job: await readJobSummary(storage, run),
        nodes,
        nextNodes: isCut ? (nodes.at(-1)?.sequence ?? null) : page.next,
        events: fitPiece(tail.toReversed(), halfPiece).toReversed(),
      };
      // The parts are read one after the other: a commit in between would mix two states.
      const isOneState = (await storage.getRun(runId))?.lastSeq === run.lastSeq;
      if (isOneState || tries === triesForOneState) return opening;
    }
  }

  return {
    openRun,
    nodesPage,
    nodeStatuses,

    async runDetail(runId: string): Promise<RunDetail | null> {
      const run = await storage.getRun(runId);
      return run === null ? null : detailOf(run);
    },

    async wholeRun(query: ParsedInput<"run.get">): Promise<RequestOutput<"run.get"> | null> {
      const opening = await openRun(query.runId, query.nodeLimit);
      const found = await nodeStatuses(query.runId);
      if (opening === null || found === null) return null;
      const { run, job, nodes, nextNodes } = opening;
      const counts = createNodeTally(found.statuses).counts();
      return { run, job, counts, nodes, nextNodes };
    },

    /** The node executions that exist, in the order asked for. */
    async nodeRows(runId: string, nodeExecutionIds: readonly string[]): Promise<NodeRow[]> {
      const nodes: NodeExecution[] = [];
      for (const id of nodeExecutionIds) {
        const node = await storage.getNodeExecution(id);
        if (node !== null) nodes.push(node);
      }
      return rowsOf(runId, nodes);
    },

    async eventsPage(query: ParsedInput<"run.events">): Promise<RequestOutput<"run.events">> {
      const { runId, after, limit } = query;
      const events = await storage.listRunEvents(runId, { after, limit });
      const page = pageOf(events, { limit, numberOf: ({ seq }) => seq });
      return { events: page.rows, next: page.next };
    },

    async attempts(nodeExecutionId: string): Promise<RequestOutput<"run.attempts">> {
      const attempts = await storage.listAttempts(nodeExecutionId);
      const subSteps = await storage.listSubSteps(nodeExecutionId);
      return {
        // The newest matter most, where there are too many.
        attempts: fitPiece(attempts.toReversed()).toReversed(),
        subSteps: fitPiece(subSteps),
      };
    },

    async logsPage(query: ParsedInput<"run.logs">): Promise<RequestOutput<"run.logs">> {
      const { runId, after, limit } = query;
      const lines = await storage.listLogs(runId, { after, limit });
      const shown = lines.map(({ number, nodeExecutionId, attempt, at, level, text }) => ({
        number,
        nodeExecutionId,
        attempt,
        at,
        level,
        text,
      }));
      const page = pageOf(shown, { limit, numberOf: ({ number }) => number });
      return { lines: page.rows, next: page.next };
    },
  };
}
