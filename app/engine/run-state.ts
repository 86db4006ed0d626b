import type { Failure } from "../model/failure.ts";
import type { JobMetrics } from "../model/job.ts";
import type { JsonValue, Payload } from "../model/json.ts";
import type { NodeExecution, NodeStatus, Question } from "../model/node-execution.ts";
import type { Closing, WorkflowRun } from "../model/workflow-run.ts";
import type { Change } from "../storage/change.ts";
import type { KnownRun } from "./commit-queue.ts";
import type { GraphProgress } from "./ready-nodes.ts";
import type { NodeResults } from "./node-results.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * A run in memory: a copy of what the database says, plus what follows from it. Changed in the same
 * breath as the group that will commit the change is built; when that group is refused, the whole
 * state is thrown away and loaded again.
 */
export interface RunState {
  readonly run: WorkflowRun;
  readonly plan: RunPlan;
  readonly known: KnownRun;
  status: WorkflowRun["status"];
  closing: Closing | null;
  readonly input: JsonValue;
  readonly progress: GraphProgress;
  /** Ready nodes without a row, oldest first. */
  readonly ready: ReadyQueue;
  /** Nodes with a queued row that wait for a slot: they waited longer, or ran before. */
  readonly queued: ReadyQueue;
  /** Ready delays and approvals: they need no slot. */
  readonly readyAtOnce: ReadyQueue;
  /** Nodes with a row that is not terminal. */
  readonly live: Map<number, LiveNode>;
  readonly results: NodeResults;
  nextSequence: number;
  /** Nodes that failed under `onError: continue`. */
  issues: number;
  metrics: JobMetrics;
  /** Accumulated `running` time before `runningSince`, in milliseconds. */
  runningMs: number;
  /** Monotonic. */
  runningSince: number;
}

/** A node execution that is not terminal. */
export interface LiveNode {
  readonly index: number;
  readonly nodeExecutionId: string;
  readonly sequence: number;
  readonly generation: number;
  status: NodeStatus;
  statusReason: string;
  input: Payload | null;
  /** Read `input` from storage before the node starts. */
  isInputStored: boolean;
  attemptNumber: number;
  /** Failed attempts that count against `maxAttempts`: not the interrupted ones, nor those of unknown outcome. */
  failedAttempts: number;
  /** Milliseconds since 1970; null = now. */
  notBefore: number | null;
  question: Question | null;
  /** A person confirmed this input before. */
  hasConsent: boolean;
  /** Has it been running before this engine? Then its sub-steps may be stored. */
  mayHaveSteps: boolean;
  /** A person decided that it runs again although its outcome is unknown. */
  mayRepeatIntended: boolean;
  /** The output that waits for validation. */
  hasOutput: boolean;
}

/** Changes that are going to be one group, and the nodes whose handlers start once it is committed. */
export interface Draft {
  readonly changes: Change[];
  readonly starting: LiveNode[];
}

export function newDraft(): Draft {
  return { changes: [], starting: [] };
}

/** First in, first out without moving the rest. */
export class ReadyQueue {
  #items: number[] = [];
  #head = 0;

  push(item: number): void {
    this.#items.push(item);
  }

  shift(): number | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Back to the front: it could not start yet. */
  unshift(item: number): void {
    if (this.#head > 0) {
      this.#head -= 1;
      this.#items[this.#head] = item;
    } else this.#items.unshift(item);
  }

  get size(): number {
    return this.#items.length - this.#head;
  }
}

/** The reason of a node whose outcome is unknown and which a person runs again. */
export const runAgainReason = "run again";
/** The reason of a queued node that a person has just confirmed. */
export const confirmedReason = "confirmed";
/** Both: decided to run again, and confirmed. */
export const confirmedRunAgainReason = "run again, confirmed";

export function liveNodeOf(row: NodeExecution, index: number, failedAttempts: number): LiveNode {
  return {
    index,
    nodeExecutionId: row.nodeExecutionId,
    sequence: row.sequence,
    generation: row.generation,
    status: row.status,
    statusReason: row.statusReason,
    input: null,
    isInputStored: row.inputRef !== null,
    attemptNumber: row.attemptNumber,
    failedAttempts,
    notBefore: row.notBefore === null ? null : Date.parse(row.notBefore),
    question: row.question,
    hasConsent: row.answerRef !== null,
    mayHaveSteps: row.attemptNumber > 0,
    mayRepeatIntended:
      row.statusReason === runAgainReason || row.statusReason === confirmedRunAgainReason,
    hasOutput: row.outputRef !== null,
  };
}

/** Puts ready nodes where they wait to be started. */
export function pushReady(state: RunState, indexes: readonly number[]): void {
  for (const index of indexes) {
    const isHandler = state.plan.nodes[index]?.type.kind === "handler";
    (isHandler ? state.ready : state.readyAtOnce).push(index);
  }
}

/** The fields that every event of this node execution repeats. */
export function identityOf(state: RunState, live: LiveNode) {
  return {
    nodeExecutionId: live.nodeExecutionId,
    sequence: live.sequence,
    nodePath: nodePathOf(state, live.index),
    iterationPath: "",
  };
}

export function nodePathOf(state: RunState, index: number): string {
  return state.plan.definition.nodes[index]?.id ?? `#${index}`;
}

/** What a node failed with, as its successors' `error` sees it. */
export function errorValueOf(error: Failure): JsonValue {
  return {
    code: error.code,
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}
