import { isDeepStrictEqual } from "node:util";
import { isTerminal } from "../../app/model/job.ts";
import type { NodeExecution } from "../../app/model/node-execution.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import type { Storage } from "../../app/storage/storage.ts";
import type { Acknowledged } from "./acknowledged.ts";
import type { LedgerCall } from "./call-ledger.ts";
import { checkCalls } from "./check-calls.ts";

export interface World {
  readonly storage: Storage;
  readonly told: Acknowledged;
  readonly calls: readonly LedgerCall[];
  /** By request key, of a world in which nobody was killed; null while that one is made. */
  readonly expected: ReadonlyMap<string, unknown> | null;
  /** How many workers there were: each can leave a run stalled once. */
  readonly workers: number;
}

/** Everything that must hold when all runs have ended. Returns what does not. */
export async function checkWorld(world: World): Promise<string[]> {
  const { storage, told } = world;
  const problems = [...told.problems];
  for (const { where, message, runId } of await storage.verify({ quick: false }))
    problems.push(`verify: ${where} of ${runId ?? "the file"} ${message}`);
  for (const [requestKey, runId] of told.runIdOf)
    problems.push(...(await checkRun(world, requestKey, runId)));
  return problems;
}

async function checkRun(world: World, requestKey: string, runId: string): Promise<string[]> {
  const { storage, told, calls, expected } = world;
  const problems: string[] = [];
  const run = await storage.getRun(runId);
  const events = await storage.listRunEvents(runId, { after: 0, limit: 100_000 });
  const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 100_000 });
  if (run?.status !== "completed") problems.push(`it is ${run?.status ?? "gone"}`);
  const toldEnd = told.ended.get(runId);
  if (toldEnd !== undefined && toldEnd !== run?.status) problems.push(`it was told ${toldEnd}`);
  if (!events.every(({ seq }, index) => seq === index + 1) || events.length !== run?.lastSeq)
    problems.push(`its events are not gapless: ${events.map(({ seq }) => seq).join(" ")}`);
  problems.push(...checkRecoveries(world, runId, events));
  problems.push(...nodes.flatMap((node) => checkEnds(node, events)));
  problems.push(
    ...(await checkCalls({
      attemptsOf: (nodeExecutionId) => storage.listAttempts(nodeExecutionId),
      nodes,
      events,
      calls: calls.filter((call) => call.runId === runId),
    })),
  );
  problems.push(...(await checkSubSteps(world, runId, nodes)));
  const output = await valueOf(storage, { of: "run", runId, slot: "output" });
  if (expected !== null && !isDeepStrictEqual(output, expected.get(requestKey)))
    problems.push(`its output is ${JSON.stringify(output)}`);
  return problems.map((problem) => `run ${requestKey} (${runId}): ${problem}`);
}

/** Each stall has one event, and between two stalls the run was claimed. */
function checkRecoveries(
  { told, workers }: World,
  runId: string,
  events: readonly RunEvent[],
): string[] {
  const problems: string[] = [];
  let isRunning = false;
  let stalls = 0;
  for (const event of events) {
    if (event.type === "run.status") isRunning = event.data.to === "running";
    if (event.type !== "workflow_recovery") continue;
    if (!isRunning) problems.push(`event ${event.seq} stalls it, but it was not running`);
    isRunning = false;
    stalls += 1;
  }
  const reported = told.recoveries.get(runId) ?? 0;
  if (reported > stalls)
    problems.push(`${reported} stalls were told, ${stalls} are in its history`);
  if (stalls > workers) problems.push(`${stalls} stalls by ${workers} workers`);
  return problems;
}

function checkEnds(node: NodeExecution, events: readonly RunEvent[]): string[] {
  const own = events.filter(
    (event) => event.type === "node.status" && event.data.nodeExecutionId === node.nodeExecutionId,
  );
  const ends = own.filter((event) => event.type === "node.status" && isTerminal(event.data.to));
  return ends.length === 1 && own.at(-1) === ends[0]
    ? []
    : [`node ${node.nodePath} ended ${ends.length} times`];
}

async function checkSubSteps(
  { storage, told }: World,
  runId: string,
  nodes: readonly NodeExecution[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const { nodePath, name, n, value } of told.subSteps.filter((step) => step.runId === runId)) {
    const node = nodes.find((each) => each.nodePath === nodePath);
    const stored =
      node === undefined
        ? undefined
        : await valueOf(storage, {
            of: "step",
            nodeExecutionId: node.nodeExecutionId,
            name,
            n,
          });
    if (!isDeepStrictEqual(stored, value))
      problems.push(
        `sub-step ${nodePath} ${name} ${n} was told ${JSON.stringify(value)}, is ${JSON.stringify(stored)}`,
      );
  }
  return problems;
}

export async function valueOf(
  storage: Storage,
  slot: Parameters<Storage["getPayload"]>[0],
): Promise<unknown> {
  const payload = await storage.getPayload(slot);
  return payload === null ? undefined : (JSON.parse(payload.text) as unknown);
}
