import { checkCalls } from "../kill-loop/check-calls.ts";
import type { SharedEngine } from "./shared-engine.ts";

/**
 * What does not hold of runs that were played by one engine: each completed, its history gapless, no step
 * failed but the ones that do so on purpose, no call without a committed attempt or twice.
 */
export async function checkRuns(
  { storage, calls }: SharedEngine,
  runIds: readonly string[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const runId of runIds) {
    const run = await storage.getRun(runId);
    const events = await storage.listRunEvents(runId, { after: 0, limit: 10_000 });
    const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 10_000 });
    if (run?.status !== "completed") problems.push(`run ${runId} is ${run?.status ?? "gone"}`);
    if (!events.every(({ seq }, index) => seq === index + 1) || events.length !== run?.lastSeq)
      problems.push(`the history of run ${runId} is not gapless`);
    for (const { nodePath, nodeExecutionId } of nodes) {
      const failed = (await storage.listAttempts(nodeExecutionId)).filter(
        ({ status }) => status === "failed",
      );
      if (failed.length !== (nodePath === "flaky" ? 2 : 0))
        problems.push(`${nodePath} of run ${runId} has ${failed.length} failed attempts`);
    }
    problems.push(
      ...(await checkCalls({
        attemptsOf: (nodeExecutionId) => storage.listAttempts(nodeExecutionId),
        nodes,
        events,
        calls: calls.filter((call) => call.runId === runId),
      })),
    );
  }
  for (const { where, message } of await storage.verify({ quick: false }))
    problems.push(`verify: ${where} ${message}`);
  return problems;
}
