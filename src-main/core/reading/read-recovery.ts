import {
  StallReason,
  type InterruptedNode,
  type InterruptedRun,
} from "../../../app/contract/recovery.ts";
import type { NodeExecution } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { fitPiece } from "./fit-piece.ts";
import type { DefinitionCache, KnownDefinition } from "./node-names.ts";
import type { ReadStorage } from "./read-storage.ts";
import { resumeRiskOf } from "./resume-risk.ts";
import { readRunRow } from "./run-row-of.ts";

/** `isLater` is known to whoever keeps what a person put off. */
export type FoundInterruptedRun = Omit<InterruptedRun, "isLater">;

const shownNodes = 50;
const nodePage = 1_000;
/** The recovery event is the newest one, or has answers and closings behind it. */
const lookBackEvents = 200;

export function recoveryReads(storage: ReadStorage, definitions: DefinitionCache) {
  async function describe(run: WorkflowRun): Promise<FoundInterruptedRun> {
    const names = await definitions.get(run.definitionHash);
    const { stalled, waiting, lastSaved } = await readNodes(storage, run.runId);
    const mark = await readMark(storage, run);
    const lastHeartbeatAt = mark?.data.last_heartbeat_ts ?? run.heartbeatAt;
    const interrupted: InterruptedNode[] = [];
    for (const node of stalled.slice(0, shownNodes)) {
      interrupted.push(await interruptedNodeOf(storage, names, node));
    }
    return {
      run: await readRunRow(storage, definitions, run),
      risk: resumeRiskOf(
        run,
        stalled.map(({ replay }) => replay),
      ),
      reason: StallReason.catch("unknown").parse(mark?.data.reason ?? run.statusReason),
      stalledAt: mark?.at ?? run.finishedAt ?? run.createdAt,
      lastHeartbeatAt,
      lastSavedStep:
        lastSaved === null
          ? null
          : {
              name: names?.nameOf(lastSaved.nodePath) ?? lastSaved.nodePath,
              finishedAt: lastSaved.finishedAt,
            },
      savedSteps: run.nodesDone,
      totalSteps: run.nodesTotal,
      interrupted,
      interruptedTotal: stalled.length,
      waiting,
      redoMs: redoMsOf(stalled, lastHeartbeatAt ?? mark?.at ?? null),
      crashCount: run.crashCount,
    };
  }

  return {
    /** Stalled and poisoned runs, newest first. */
    async interruptedRuns(query: { readonly before: string | null; readonly limit: number }) {
      const { before, limit } = query;
      const page = await storage.listRuns({
        states: ["stalled", "poisoned"],
        limit,
        ...(before === null ? {} : { before }),
      });
      const found: FoundInterruptedRun[] = [];
      for (const run of page) found.push(await describe(run));
      const runs = fitPiece(found);
      const isEnd = runs.length === page.length && page.length < limit;
      return { runs, next: isEnd ? null : (runs.at(-1)?.run.runId ?? null) };
    },

    /** Null when it is neither stalled nor poisoned. */
    async interruptedRun(runId: string): Promise<FoundInterruptedRun | null> {
      const run = await storage.getRun(runId);
      return run?.status === "stalled" || run?.status === "poisoned" ? describe(run) : null;
    },
  };
}

async function interruptedNodeOf(
  storage: ReadStorage,
  names: KnownDefinition | null,
  node: NodeExecution,
): Promise<InterruptedNode> {
  const { nodeExecutionId, nodePath, iterationPath, nodeType, replay } = node;
  const subSteps = await storage.listSubSteps(nodeExecutionId);
  return {
    nodeExecutionId,
    nodePath,
    iterationPath,
    name: names?.nameOf(nodePath) ?? nodePath,
    nodeType,
    replay,
    attempt: node.attemptNumber,
    startedAt: node.startedAt,
    savedSubSteps: subSteps.filter(({ status }) => status === "recorded").length,
    needsDecision: replay === "external",
  };
}

async function readNodes(storage: ReadStorage, runId: string) {
  const stalled: NodeExecution[] = [];
  const waiting: InterruptedRun["waiting"] = {};
  let lastSaved: NodeExecution | null = null;
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: readonly NodeExecution[] = await storage.listWorkflowNodeExecutions(runId, {
      after,
      limit: nodePage,
    });
    for (const node of page) {
      const { status } = node;
      if (status === "stalled") stalled.push(node);
      else if (status === "completed" || status === "completed_with_issues") {
        if ((node.finishedAt ?? "") >= (lastSaved?.finishedAt ?? "")) lastSaved = node;
      } else if (node.finishedAt === null) waiting[status] = (waiting[status] ?? 0) + 1;
    }
    after = page.length < nodePage ? undefined : page.at(-1)?.sequence;
  }
  return { stalled, waiting, lastSaved };
}

async function readMark(storage: ReadStorage, { runId, lastSeq }: WorkflowRun) {
  const events = await storage.listRunEvents(runId, {
    after: Math.max(0, lastSeq - lookBackEvents),
    limit: lookBackEvents,
  });
  return events.findLast(isMark) ?? null;
}

function isMark(event: RunEvent): event is Extract<RunEvent, { type: "workflow_recovery" }> {
  return event.type === "workflow_recovery";
}

/** Steps that ran side by side are done again side by side: the longest one counts. */
function redoMsOf(nodes: readonly NodeExecution[], until: string | null): number | null {
  if (until === null) return null;
  const worked = nodes.flatMap(({ startedAt }) =>
    startedAt === null ? [] : [Math.max(0, Date.parse(until) - Date.parse(startedAt))],
  );
  return worked.length === 0 ? null : Math.max(...worked);
}
