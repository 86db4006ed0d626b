import type { NodeExecution } from "../../app/model/node-execution.ts";
import type { Storage } from "../../app/storage/storage.ts";

const limit = 1_000;

/** All node executions of a run, by sequence, a page at a time. */
export async function* nodesOfRun(
  storage: Storage,
  runId: string,
): AsyncGenerator<NodeExecution, void> {
  for (let after = 0; ;) {
    const page = await storage.listWorkflowNodeExecutions(runId, { after, limit });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = last.sequence;
  }
}
