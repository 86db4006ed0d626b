/**
 * The hot path of the SQLite backend: batches of 100 groups, each one completing a node with a 200-byte
 * output and starting the next. Prints the median microseconds a group, and how long recovery takes.
 * Run: node bench/storage-micro.ts [rounds]
 */
import { hash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newRunId, nodeExecutionIdOf } from "../app/model/execution-id.ts";
import type { Payload } from "../app/model/json.ts";
import type { Change, CreateNodeExecution, Group } from "../app/storage/change.ts";
import type { Fence, GroupOutcome } from "../app/storage/storage.ts";
import {
  openSqliteStorage,
  type SqliteStorage,
} from "../src-main/storage/sqlite/sqlite-storage.ts";

const rounds = Number(process.argv[2] ?? 7);
const runsAtOnce = 100;
const stepsARound = 50;

const folder = mkdtempSync(join(tmpdir(), "handshake-bench-"));
try {
  await measureCommits();
  await measureRecovery(1_000);
  await measureRecovery(10_000);
} finally {
  rmSync(folder, { recursive: true });
}

async function measureCommits(): Promise<void> {
  const { storage, fence } = await open("commits");
  const runs = await startRuns(storage, fence, runsAtOnce);
  const medians: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const times: number[] = [];
    for (let step = 0; step < stepsARound; step += 1) {
      const groups = runs.map((run) => nextStep(run, fence));
      const begun = performance.now();
      const outcomes = await storage.commit(groups, fence);
      times.push(performance.now() - begun);
      outcomes.forEach((outcome, index) => advance(runs[index], outcome));
    }
    medians.push((median(times) * 1_000) / runsAtOnce);
  }
  await storage.close();
  console.log(
    `commit: ${median(medians).toFixed(1)} µs a group (rounds: ${medians.map((us) => us.toFixed(1)).join(" ")})`,
  );
}

async function measureRecovery(count: number): Promise<void> {
  const { storage, fence } = await open(`recovery-${count}`);
  for (let done = 0; done < count; done += 1_000)
    await startRuns(storage, fence, Math.min(1_000, count - done));
  const next = await register(storage);
  const begun = performance.now();
  const report = await storage.recoverInterruptedRuns({
    fence: next,
    at: now(),
    thresholdSecs: 30,
    bootId: "boot",
    scope: "start",
  });
  const ms = performance.now() - begun;
  await storage.close();
  console.log(`recovery: ${report.stalled.length} interrupted runs marked in ${ms.toFixed(0)} ms`);
}

interface BenchRun {
  readonly runId: string;
  revision: number;
  lastSeq: number;
  sequence: number;
}

async function open(name: string): Promise<{ storage: SqliteStorage; fence: Fence }> {
  const storage = await openSqliteStorage({ folder: join(folder, name), appVersion: "0.0.0" });
  return { storage, fence: await register(storage) };
}

function register(storage: SqliteStorage): Promise<Fence> {
  return storage.registerInstance({
    instanceId: randomUUID(),
    kind: "bench",
    pid: process.pid,
    processStartedAt: now(),
    bootId: "boot",
    machineId: "machine",
    appVersion: "0.0.0",
    at: now(),
  });
}

async function startRuns(storage: SqliteStorage, fence: Fence, count: number): Promise<BenchRun[]> {
  const definitionHash = "d".repeat(64);
  const resolved = {
    formatVersion: 1,
    id: "bench",
    name: "bench",
    version: 1,
    nodes: [{ id: "a", type: "transform" }],
  };
  await storage.putDefinition(
    // Only its hash is used here.
    { hash: definitionHash, source: "{}", resolved: resolved as never, nodeTypeVersions: {} },
    now(),
  );
  const runs = Array.from({ length: count }, (): BenchRun => ({
    runId: newRunId(Date.now(), randomBytes(10)),
    revision: 0,
    lastSeq: 0,
    sequence: 1,
  }));
  const outcomes = await storage.commit(
    runs.map((run) => createAndStart(run.runId, definitionHash, fence)),
    fence,
  );
  outcomes.forEach((outcome, index) => advance(runs[index], outcome));
  return runs;
}

function createAndStart(runId: string, definitionHash: string, fence: Fence): Group {
  const actor = engine(fence);
  return group(runId, null, [
    {
      change: "createRun",
      actor: { kind: "human", via: "bench" },
      jobId: randomUUID(),
      traceId: randomUUID(),
      jobKind: "bench",
      existingJob: false,
      workflowId: "bench",
      workflowName: "bench",
      definitionHash,
      keyScope: runId,
      input: payload("{}"),
      trigger: { kind: "manual" },
      parentRunId: null,
      forkedFromRunId: null,
      grants: [],
      accessMode: "apply_scoped",
      onInterrupted: "ask",
      nodesTotal: 1_000,
    },
    { change: "runStatus", actor, from: "queued", to: "running", reason: "claimed", owner: fence },
    startNode(runId, 1, fence),
  ]);
}

function nextStep(run: BenchRun, fence: Fence): Group {
  const { runId, sequence } = run;
  run.sequence += 1;
  return group(runId, { revision: run.revision, lastSeq: run.lastSeq }, [
    {
      change: "nodeStatus",
      actor: engine(fence),
      ...nodeIdentity(runId, sequence),
      from: "running",
      to: "completed",
      attempt: {
        number: 1,
        status: "completed",
        metrics: { durationMs: 3, totalTokens: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
      },
      output: payload(`{"text":"${"x".repeat(189)}"}`),
      takenEdges: [0],
    },
    startNode(runId, run.sequence, fence),
  ]);
}

function startNode(runId: string, sequence: number, fence: Fence): CreateNodeExecution {
  return {
    change: "createNode",
    actor: engine(fence),
    ...nodeIdentity(runId, sequence),
    nodeType: "transform",
    replay: "pure",
    generation: 0,
    status: "running",
    attempt: { number: 1, status: "running" },
    input: payload(`{"text":"${"y".repeat(89)}"}`),
  };
}

function nodeIdentity(runId: string, sequence: number) {
  return {
    nodeExecutionId: nodeExecutionIdOf(runId, sequence),
    sequence,
    nodePath: `step-${sequence}`,
    iterationPath: "",
  };
}

function group(runId: string, expect: Group["expect"], changes: readonly Change[]): Group {
  return { groupId: randomUUID(), runId, at: now(), expect, changes };
}

function engine(fence: Fence): CreateNodeExecution["actor"] {
  return { kind: "engine", id: fence.instanceId };
}

function advance(run: BenchRun | undefined, outcome: GroupOutcome): void {
  if (!outcome.ok) throw outcome.error;
  if (run === undefined) return;
  run.revision = outcome.revision;
  run.lastSeq = outcome.lastSeq;
}

function payload(text: string): Payload {
  return { text, sha256: hash("sha256", text, "hex"), bytes: Buffer.byteLength(text) };
}

function now(): string {
  return new Date().toISOString();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
