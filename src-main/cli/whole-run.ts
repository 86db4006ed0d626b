import type { NodeExecution } from "../../app/model/node-execution.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { nodesOfRun } from "../core/nodes-of-run.ts";
import { eventShape, nodeLine, runLine } from "./json-shapes.ts";
import { getValue } from "./payload-value.ts";

/** Everything that is stored of one run; the object of `show --json`. */
export type WholeRun = Awaited<ReturnType<typeof readWholeRun>>;

export async function readWholeRun(storage: Storage, run: WorkflowRun) {
  const { runId } = run;
  const nodes = [];
  for await (const node of nodesOfRun(storage, runId)) nodes.push(await readNode(storage, node));
  return {
    run: {
      ...runLine(run),
      input: await getValue(storage, { of: "run", runId, slot: "input" }),
      output: await getValue(storage, { of: "run", runId, slot: "output" }),
      error: run.error,
      lastHeartbeatAt: run.heartbeatAt,
      definitionHash: run.definitionHash,
      grants: run.grants,
      accessMode: run.accessMode,
      onInterrupted: run.onInterrupted,
      forkedFromRunId: run.forkedFromRunId,
    },
    nodes,
    events: (await readEvents(storage, run)).map(eventShape),
  };
}

async function readNode(storage: Storage, node: NodeExecution) {
  const { nodeExecutionId } = node;
  return nodeLine(node, {
    input: await getValue(storage, { of: "node", nodeExecutionId, slot: "input" }),
    output: await getValue(storage, { of: "node", nodeExecutionId, slot: "output" }),
    attempts: await storage.listAttempts(nodeExecutionId),
  });
}

async function readEvents(storage: Storage, { runId }: WorkflowRun): Promise<RunEvent[]> {
  const limit = 1_000;
  const events: RunEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const page = await storage.listRunEvents(runId, { after, limit });
    events.push(...page);
    if (page.length < limit) return events;
  }
}
