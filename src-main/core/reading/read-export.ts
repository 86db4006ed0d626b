import { parseJson, type JsonValue } from "../../../app/model/json.ts";
import type { NodeExecution } from "../../../app/model/node-execution.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import type { PayloadSlot } from "../../../app/storage/storage.ts";
import { RequestError } from "../request-error.ts";
import { maskSecrets } from "./mask-secrets.ts";
import type { ReadStorage } from "./read-storage.ts";

/** The file of `run.export`. Its version grows when members are renamed or change their meaning. */
const exportVersion = 1;
const mostBytes = 64 * 1024 * 1024;
const pageSize = 500;

export interface ExportedFile {
  readonly fileName: string;
  /** JSON, with whatever looks like a secret masked. */
  readonly text: string;
}

/** One run, or one node execution of it, as a file that a person can read and send. */
export function exportReads(storage: ReadStorage) {
  return {
    async exportRun(runId: string, nodeExecutionId: string | null): Promise<ExportedFile | null> {
      const run = await storage.getRun(runId);
      if (run === null) return null;
      const budget = createBudget(run);
      const node =
        nodeExecutionId === null ? null : await storage.getNodeExecution(nodeExecutionId);
      if (nodeExecutionId !== null && node?.runId !== runId) return null;
      const content =
        node === null
          ? await wholeRun(storage, run, budget)
          : { ...headerOf(run), node: await wholeNode(storage, node, budget) };
      const { text } = maskSecrets(JSON.stringify(content, null, 2));
      const part = node === null ? "" : `-${node.nodePath.replaceAll(/[^A-Za-z0-9_-]/g, "_")}`;
      return { fileName: `${run.workflowId}-${runId.slice(0, 18)}${part}.json`, text };
    },
  };
}

function headerOf(run: WorkflowRun) {
  return { handshakeExport: exportVersion, run: { ...run } };
}

async function wholeRun(storage: ReadStorage, run: WorkflowRun, budget: Budget) {
  const { runId } = run;
  const definition = await storage.getDefinition(run.definitionHash);
  const nodes: object[] = [];
  for await (const node of nodesOf(storage, runId)) {
    nodes.push(await wholeNode(storage, node, budget));
  }
  const events: object[] = [];
  for await (const event of eventsOf(storage, runId)) {
    budget.spend(JSON.stringify(event).length);
    events.push(event);
  }
  return {
    ...headerOf(run),
    definition: definition === null ? null : parseJson(definition.source),
    input: await payload(storage, { of: "run", runId, slot: "input" }, budget),
    output: await payload(storage, { of: "run", runId, slot: "output" }, budget),
    nodes,
    events,
  };
}

async function wholeNode(storage: ReadStorage, node: NodeExecution, budget: Budget) {
  const { nodeExecutionId } = node;
  const slot = (name: "input" | "output" | "answer") =>
    payload(storage, { of: "node", nodeExecutionId, slot: name }, budget);
  const subSteps: object[] = [];
  for (const step of await storage.listSubSteps(nodeExecutionId)) {
    const { name, n } = step;
    const output = await payload(storage, { of: "step", nodeExecutionId, name, n }, budget);
    subSteps.push({ ...step, output });
  }
  return {
    ...node,
    input: await slot("input"),
    output: await slot("output"),
    answer: await slot("answer"),
    attempts: await storage.listAttempts(nodeExecutionId),
    subSteps,
  };
}

async function payload(
  storage: ReadStorage,
  slot: PayloadSlot,
  budget: Budget,
): Promise<JsonValue> {
  const stored = await storage.getPayload(slot);
  if (stored === null) return null;
  budget.spend(stored.bytes);
  return parseJson(stored.text);
}

interface Budget {
  spend(bytes: number): void;
}

function createBudget({ runId }: WorkflowRun): Budget {
  let left = mostBytes;
  return {
    spend(bytes) {
      left -= bytes;
      if (left >= 0) return;
      throw new RequestError(
        "BAD_REQUEST",
        `Run ${runId} is larger than ${mostBytes / 1024 / 1024} MB. Export the nodes that you need one by one.`,
      );
    },
  };
}

async function* nodesOf(storage: ReadStorage, runId: string): AsyncGenerator<NodeExecution> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: readonly NodeExecution[] = await storage.listWorkflowNodeExecutions(runId, {
      after,
      limit: pageSize,
    });
    yield* page;
    after = page.length < pageSize ? undefined : page.at(-1)?.sequence;
  }
}

async function* eventsOf(storage: ReadStorage, runId: string): AsyncGenerator<object> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = await storage.listRunEvents(runId, { after, limit: pageSize });
    yield* page;
    after = page.length < pageSize ? undefined : page.at(-1)?.seq;
  }
}
