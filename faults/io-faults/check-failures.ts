import type { Storage } from "../../app/storage/storage.ts";

/** What the workload itself brings about, and what an interruption leaves. */
const ownCodes = new Set(["BUSY", "INTERRUPTED"]);

/** A storage error never becomes the failure of a node (reliability.md §2, 17). */
export async function checkFailures(storage: Storage): Promise<string[]> {
  const problems: string[] = [];
  for (const { runId, error } of await storage.listRuns({ limit: 1_000 })) {
    if (error !== null) problems.push(`run ${runId} has the error ${JSON.stringify(error)}`);
    const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 1_000 });
    for (const { nodeExecutionId, nodePath } of nodes) {
      for (const attempt of await storage.listAttempts(nodeExecutionId)) {
        const { error: failure } = attempt;
        if (failure === null || failure === undefined || ownCodes.has(failure.code)) continue;
        problems.push(`attempt ${attempt.number} of ${nodePath}: ${JSON.stringify(failure)}`);
      }
    }
  }
  return problems;
}
