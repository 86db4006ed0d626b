import type { NodeExecution } from "../../app/model/node-execution.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { PayloadSlot, Storage } from "../../app/storage/storage.ts";

/** Everything that the storage interface tells of a history, to be compared between two backends. */
export async function wholeHistory(storage: Storage) {
  const runs = await storage.listRuns({ limit: 10_000 });
  const histories = [];
  for (const run of runs) histories.push(await wholeRun(storage, run));
  const definitions = [];
  for (const hash of new Set(runs.map(({ definitionHash }) => definitionHash)))
    definitions.push(await storage.getDefinition(hash));
  return {
    histories,
    definitions,
    counts: await storage.countRunsByState(),
    instances: await storage.listInstances(1_000),
    nextWakeAt: await storage.nextWakeAt(),
    children: await storage.listChildProcesses(),
  };
}

async function wholeRun(storage: Storage, run: WorkflowRun) {
  const { runId, jobId } = run;
  const nodes = [];
  const page = { after: 0, limit: 100_000 };
  for (const node of await storage.listWorkflowNodeExecutions(runId, page))
    nodes.push(await wholeNode(storage, node));
  return {
    run,
    job: await storage.getJob(jobId),
    input: await storage.getPayload({ of: "run", runId, slot: "input" }),
    output: await storage.getPayload({ of: "run", runId, slot: "output" }),
    metrics: await storage.getRunMetrics(runId),
    runsOfJob: (await storage.listRunsOfJob(jobId)).map((other) => other.runId),
    events: await storage.listRunEvents(runId, page),
    logs: await storage.listLogs(runId, page),
    nodes,
  };
}

async function wholeNode(storage: Storage, node: NodeExecution) {
  const { nodeExecutionId } = node;
  const payload = (slot: "input" | "output" | "answer") =>
    storage.getPayload({ of: "node", nodeExecutionId, slot });
  const subSteps = [];
  for (const step of await storage.listSubSteps(nodeExecutionId)) {
    const { name, n } = step;
    const slot: PayloadSlot = { of: "step", nodeExecutionId, name, n };
    subSteps.push({ step, output: await storage.getPayload(slot) });
  }
  return {
    node,
    input: await payload("input"),
    output: await payload("output"),
    answer: await payload("answer"),
    attempts: await storage.listAttempts(nodeExecutionId),
    subSteps,
  };
}
