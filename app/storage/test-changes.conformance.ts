import { hash } from "node:crypto";
import type { Actor } from "../model/actor.ts";
import { newRunId, nodeExecutionIdOf } from "../model/execution-id.ts";
import type { JobState } from "../model/job.ts";
import type { Payload } from "../model/json.ts";
import type { NodeStatus } from "../model/node-execution.ts";
import { WorkflowDefinition, type PinnedDefinition } from "../model/workflow-definition.ts";
import type {
  Change,
  ChangeNodeStatus,
  ChangeRunStatus,
  CreateNodeExecution,
  CreateRun,
  Group,
} from "./change.ts";
import type { Fence, NewInstance } from "./storage.ts";

export const human: Actor = { kind: "human", id: "anna", via: "test" };
export const policy: Actor = { kind: "policy", id: "resume-safe" };

export function payload(value: unknown): Payload {
  return payloadOfText(JSON.stringify(value));
}

export function payloadOfText(text: string): Payload {
  return { text, sha256: hash("sha256", text, "hex"), bytes: Buffer.byteLength(text) };
}

/** Groups and changes as an engine makes them; a clock and ids that are the same in every test. */
export class TestChanges {
  fence: Fence = { instanceId: "", epoch: 0 };
  bootId = "boot-1";
  readonly definition: PinnedDefinition = testDefinition();
  protected ids = 0;
  private millis = Date.parse("2026-01-01T00:00:00.000Z");

  // --- time and ids

  /** The time of the fake clock. */
  now(): string {
    return new Date(this.millis).toISOString();
  }

  advance(ms: number): string {
    this.millis += ms;
    return this.now();
  }

  newId(): string {
    this.ids += 1;
    return `00000000-0000-4000-8000-${this.ids.toString(16).padStart(12, "0")}`;
  }

  newRunId(): string {
    this.ids += 1;
    const bytes = new Uint8Array(10);
    new DataView(bytes.buffer).setUint32(2, this.ids);
    return newRunId(this.millis, bytes);
  }

  get engine(): Actor {
    return { kind: "engine", id: this.fence.instanceId };
  }

  newInstance(): NewInstance {
    return {
      instanceId: this.newId(),
      kind: "test",
      pid: 4242,
      processStartedAt: this.now(),
      bootId: this.bootId,
      machineId: "machine-1",
      appVersion: "0.1.0",
      at: this.now(),
    };
  }

  group(runId: string, changes: readonly Change[], expected: Group["expect"] = null): Group {
    return { groupId: this.newId(), runId, at: this.advance(1), expect: expected, changes };
  }

  // --- changes

  createRunChange(runId: string, overrides: Partial<CreateRun> = {}): CreateRun {
    return {
      change: "createRun",
      actor: human,
      jobId: this.newId(),
      traceId: this.newId(),
      jobKind: "workflow",
      existingJob: false,
      workflowId: "fixture",
      workflowName: "Fixture",
      definitionHash: this.definition.hash,
      keyScope: runId,
      input: payload({ name: "world" }),
      trigger: { kind: "manual" },
      parentRunId: null,
      forkedFromRunId: null,
      grants: ["net:https://news.example"],
      accessMode: "apply_scoped",
      onInterrupted: "ask",
      nodesTotal: 3,
      ...overrides,
    };
  }

  claimChange(overrides: Partial<ChangeRunStatus> = {}): ChangeRunStatus {
    return {
      change: "runStatus",
      actor: this.engine,
      from: "queued",
      to: "running",
      reason: "claimed",
      owner: this.fence,
      ...overrides,
    };
  }

  runChange(
    from: JobState,
    to: JobState,
    overrides: Partial<ChangeRunStatus> = {},
  ): ChangeRunStatus {
    return {
      change: "runStatus",
      actor: this.engine,
      from,
      to,
      reason: `${from} to ${to}`,
      ...(to === "running" ? { owner: this.fence } : {}),
      ...overrides,
    };
  }

  nodeIdentity(runId: string, sequence: number) {
    return {
      nodeExecutionId: nodeExecutionIdOf(runId, sequence),
      sequence,
      nodePath: `step-${sequence}`,
      iterationPath: "",
    };
  }

  createNodeChange(
    runId: string,
    sequence: number,
    overrides: Partial<CreateNodeExecution> = {},
  ): CreateNodeExecution {
    const status = overrides.status ?? "running";
    return {
      change: "createNode",
      actor: this.engine,
      ...this.nodeIdentity(runId, sequence),
      nodeType: "transform",
      replay: "idempotent",
      generation: 0,
      status,
      input: payload({ step: sequence }),
      ...(status === "running" ? { attempt: { number: 1, status: "running" } } : {}),
      ...overrides,
    };
  }

  nodeChange(
    runId: string,
    sequence: number,
    from: NodeStatus,
    to: NodeStatus,
    overrides: Partial<ChangeNodeStatus> = {},
  ): ChangeNodeStatus {
    return {
      change: "nodeStatus",
      actor: this.engine,
      ...this.nodeIdentity(runId, sequence),
      from,
      to,
      ...overrides,
    };
  }

  /** The end of a running node's attempt `number`, with an output. */
  completeNodeChange(runId: string, sequence: number, number = 1): ChangeNodeStatus {
    return this.nodeChange(runId, sequence, "running", "completed", {
      attempt: { number, status: "completed" },
      output: payload({ result: sequence }),
    });
  }
}

function testDefinition(): PinnedDefinition {
  const source = JSON.stringify({
    formatVersion: 1,
    id: "fixture",
    name: "Fixture",
    version: 1,
    nodes: [
      { id: "step-1", type: "transform" },
      { id: "step-2", type: "transform" },
    ],
    edges: [{ from: "step-1", to: "step-2" }],
  });
  return {
    hash: hash("sha256", source, "hex"),
    source,
    resolved: WorkflowDefinition.parse(JSON.parse(source)),
    nodeTypeVersions: { transform: 1 },
  };
}
