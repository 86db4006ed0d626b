import { newRunId, nodeExecutionIdOf } from "../app/model/execution-id.ts";
import type { Payload } from "../app/model/json.ts";
import type { Group } from "../app/storage/change.ts";
import type { Fence, Storage } from "../app/storage/storage.ts";
import { systemPorts } from "../src-main/core/system-ports.ts";
import { chainOf, stepOutput } from "./step-workflows.ts";

const groupsACommit = 500;

/** Stores runs as a crash leaves them: each with one node whose attempt is running. */
export async function storeRunningRuns(
  storage: Storage,
  fence: Fence,
  count: number,
): Promise<void> {
  const definition = chainOf(10);
  await storage.putDefinition(definition, now());
  for (let stored = 0; stored < count; stored += groupsACommit) {
    const groups = Array.from({ length: Math.min(groupsACommit, count - stored) }, () =>
      runningRun(definition.hash, fence),
    );
    for (const outcome of await storage.commit(groups, fence)) if (!outcome.ok) throw outcome.error;
  }
}

function runningRun(definitionHash: string, fence: Fence): Group {
  const runId = newRunId(Date.now(), crypto.getRandomValues(new Uint8Array(6)));
  const engine = { kind: "engine", id: fence.instanceId } as const;
  return {
    groupId: systemPorts.newUuid(),
    runId,
    at: now(),
    expect: null,
    changes: [
      {
        change: "createRun",
        actor: { kind: "human", via: "bench" },
        jobId: systemPorts.newUuid(),
        traceId: systemPorts.newUuid(),
        jobKind: "workflow",
        existingJob: false,
        workflowId: "chain-10",
        workflowName: "chain-10",
        definitionHash,
        keyScope: runId,
        input: payload("null"),
        trigger: { kind: "manual" },
        parentRunId: null,
        forkedFromRunId: null,
        grants: [],
        accessMode: "apply_scoped",
        onInterrupted: "ask",
        nodesTotal: 10,
      },
      {
        change: "runStatus",
        actor: engine,
        from: "queued",
        to: "running",
        reason: "",
        owner: fence,
      },
      {
        change: "createNode",
        actor: engine,
        nodeExecutionId: nodeExecutionIdOf(runId, 1),
        sequence: 1,
        nodePath: "step-1",
        iterationPath: "",
        nodeType: "bench.step",
        replay: "pure",
        generation: 0,
        status: "running",
        attempt: { number: 1, status: "running" },
        input: payload(JSON.stringify({ value: stepOutput })),
      },
    ],
  };
}

function payload(text: string): Payload {
  return { text, ...systemPorts.digest(text) };
}

function now(): string {
  return new Date().toISOString();
}
