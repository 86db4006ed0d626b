import type { NodeRow } from "../../../app/contract/node-row.ts";
import type { RunDetail } from "../../../app/contract/run-detail.ts";
import type { RunRow } from "../../../app/contract/run-row.ts";
import type { EngineSignal } from "../../../app/engine/event-bus.ts";
import { JobState, noMetrics } from "../../../app/model/job.ts";
import { nodeExecutionIdOf } from "../../../app/model/execution-id.ts";
import type { NodeStatus } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import type { ScreenReads } from "../reading/screen-reads.ts";

// For tests: runs that live in memory and change as fast as the machine can, with the reads and signals
// that the real ones have.

export interface Producer {
  readonly reads: ScreenReads;
  readonly engine: { subscribe(listener: (signal: EngineSignal) => void): () => void };
  readonly runIds: readonly string[];
  /** One more event: a step of the run starts or ends. */
  step(runId: string): void;
  /** The run's last event. */
  finish(runId: string): void;
  addRun(): string;
  publish(signal: EngineSignal): void;
  row(runId: string): RunRow;
  lastSeq(runId: string): number;
}

const at = "2026-11-01T10:00:00.000Z";
const zeros = "0".repeat(64);
const actor = { kind: "engine" } as const;

interface FakeRun {
  row: RunRow;
  readonly nodes: Map<string, NodeRow>;
  readonly events: RunEvent[];
}

export function createProducer(options: {
  readonly runs: number;
  readonly nodes: number;
}): Producer {
  const runs = new Map<string, FakeRun>();
  const listeners = new Set<(signal: EngineSignal) => void>();
  const publish = (signal: EngineSignal): void => {
    for (const listener of listeners) listener(signal);
  };
  const addRun = (): string => {
    const runId = `0190f5e0-0000-7000-8000-${(runs.size + 1).toString(16).padStart(4, "0")}00000000`;
    runs.set(runId, { row: rowOf(runId), nodes: new Map(), events: [] });
    return runId;
  };
  for (let made = 0; made < options.runs; made++) addRun();

  const run = (runId: string): FakeRun => {
    const found = runs.get(runId);
    if (found === undefined) throw new Error(`There is no run ${runId}.`);
    return found;
  };
  const commit = (runId: string, event: Pick<RunEvent, "type" | "data">): void => {
    const { events } = run(runId);
    const seq = events.length + 1;
    // Type and data were paired by the caller.
    events.push({
      ...event,
      id: `${runId}/${seq}`,
      runId,
      seq,
      at,
      actor,
      epoch: 1,
      groupId: "g",
    } as RunEvent);
    const { row } = run(runId);
    run(runId).row = { ...row, revision: row.revision + 1 };
    publish({ kind: "committed", runId, lastSeq: seq, status: row.status });
  };

  const reads: Partial<ScreenReads> = {
    counters: async () => {
      const counters = Object.fromEntries(JobState.options.map((state) => [state, 0]));
      for (const { row } of runs.values()) counters[row.status] = (counters[row.status] ?? 0) + 1;
      return counters as Awaited<ReturnType<ScreenReads["counters"]>>;
    },
    runRows: async (ids) => ids.flatMap((id) => runs.get(id)?.row ?? []),
    listRuns: async ({ limit }) => {
      const rows = [...runs.values()].map(({ row }) => row).toReversed();
      return { rows: rows.slice(0, limit), next: null };
    },
    runDetail: async (runId) => (runs.has(runId) ? detailOf(run(runId)) : null),
    openRun: async (runId, limit) => {
      if (!runs.has(runId)) return null;
      const { nodes, events } = run(runId);
      const first = [...nodes.values()].toSorted((a, b) => a.sequence - b.sequence).slice(0, limit);
      return {
        run: detailOf(run(runId)),
        job: { jobId: runId, state: run(runId).row.status, createdAt: at, runs: [] },
        nodes: first,
        nextNodes: nodes.size > first.length ? (first.at(-1)?.sequence ?? null) : null,
        events: events.slice(-200),
      };
    },
    eventsPage: async ({ runId, after, limit }) => {
      const events = run(runId).events.slice(after, after + limit);
      return { events, next: null };
    },
    nodeStatuses: async (runId) => {
      if (!runs.has(runId)) return null;
      const { nodes, events } = run(runId);
      const statuses: NodeStatus[] = [];
      for (const { sequence, status } of nodes.values()) statuses[sequence] = status;
      return { atLeastSeq: events.length, statuses };
    },
    nodeRows: async (runId, ids) => ids.flatMap((id) => run(runId).nodes.get(id) ?? []),
  };

  return {
    // What a test does not need is not there.
    reads: reads as ScreenReads,
    engine: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    get runIds() {
      return [...runs.keys()];
    },
    addRun,
    publish,
    row: (runId) => run(runId).row,
    lastSeq: (runId) => run(runId).events.length,
    step(runId) {
      const { nodes, events } = run(runId);
      const sequence = 1 + (Math.floor(events.length / 2) % options.nodes);
      const nodeExecutionId = nodeExecutionIdOf(runId, sequence);
      const known = nodes.get(nodeExecutionId);
      const to = known?.status === "running" ? "completed" : "running";
      nodes.set(nodeExecutionId, nodeOf(runId, sequence, to));
      run(runId).row = { ...run(runId).row, status: "running" };
      const from = known === undefined ? {} : { from: known.status };
      const nodePath = `n${sequence}`;
      commit(runId, {
        type: "node.status",
        data: { nodeExecutionId, nodePath, iterationPath: "", sequence, ...from, to },
      });
    },
    finish(runId) {
      const { status } = run(runId).row;
      run(runId).row = { ...run(runId).row, status: "completed", finishedAt: at };
      commit(runId, {
        type: "run.status",
        data: { from: status, to: "completed", reason: "done" },
      });
    },
  };
}

function rowOf(runId: string): RunRow {
  return {
    runId, jobId: runId, title: "A run", workflowId: "a-run", status: "queued", statusReason: "",
    revision: 0, nodesDone: 0, nodesTotal: 10, step: null, error: null, closingTo: null, createdAt: at,
    startedAt: null, finishedAt: null, heartbeatAt: null, wakeAt: null, runningMs: 0, crashCount: 0,
    trigger: "manual", parentRunId: null, forkedFromRunId: null, pinned: false, tags: [],
  }; // prettier-ignore
}

function detailOf({ row, events }: FakeRun): RunDetail {
  return {
    ...row,
    error: null,
    closing: null,
    trigger: { kind: "manual" },
    definitionHash: zeros,
    inputRef: { sha256: zeros, bytes: 2 },
    outputRef: null,
    grants: [],
    accessMode: "apply_scoped",
    onInterrupted: "ask",
    lastActor: actor,
    lastSeq: events.length,
    metrics: noMetrics,
    actions: [],
  };
}

function nodeOf(runId: string, sequence: number, status: "running" | "completed"): NodeRow {
  return {
    nodeExecutionId: nodeExecutionIdOf(runId, sequence), runId, sequence, nodePath: `n${sequence}`,
    iterationPath: "", nodeType: "transform", replay: "pure", status, statusReason: "", inputRef: null,
    outputRef: null, error: null, takenEdges: null, notBefore: null, question: null, answerRef: null,
    generation: 0, attemptNumber: 1, attemptStatus: "running", lastActor: actor, createdAt: at,
    startedAt: at, finishedAt: null, name: `n${sequence}`, currentAttempt: null, earlierAttempts: [],
  }; // prettier-ignore
}
