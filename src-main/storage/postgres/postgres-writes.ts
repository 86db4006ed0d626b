import type { Actor, ActorKind } from "../../../app/model/actor.ts";
import type { JobState } from "../../../app/model/job.ts";
import type { Payload } from "../../../app/model/json.ts";
import type { AttemptStatus, NodeStatus } from "../../../app/model/node-execution.ts";
import type { CreateRun } from "../../../app/storage/change.ts";

// The rows that a batch writes, as plain data: postgres-batch-plan.ts makes them, postgres-phases.ts
// sends them, the *-writes.ts files know their SQL.

export interface ByActor {
  readonly actorKind: ActorKind;
  readonly actorId: string | null;
  readonly actorVia: string | null;
}

export function byActor({ kind, id, via }: Actor): ByActor {
  return { actorKind: kind, actorId: id ?? null, actorVia: via ?? null };
}

export function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export interface NewRun extends ByActor {
  readonly runId: string;
  readonly at: string;
  readonly definition: number;
  readonly lastSeq: number;
  readonly nodesDone: number;
  readonly change: CreateRun;
}

export interface Position {
  readonly revision: number;
  readonly lastSeq: number;
}

/** One statement's worth of changes of a run's row. The last one of a batch carries where the run came to. */
export interface RunUpdate {
  readonly runId: string;
  /** What its writer knew of the run before the batch: another one is a conflict. */
  expect: Position | null;
  status: (ByActor & RunStatusChange) | null;
  closing: string | null;
  pinned: boolean | null;
  tags: string | null;
  nodesDone: number;
  progressed: boolean;
  revision: number | null;
  lastSeq: number | null;
}

interface RunStatusChange {
  readonly from: JobState;
  readonly to: JobState;
  readonly at: string;
  readonly reason: string;
  readonly error: string | null;
  readonly wakeAt: string | null;
  readonly ownerEpoch: number | null;
}

export interface RunPayload {
  readonly runId: string;
  readonly slot: "input" | "output";
  readonly payload: Payload;
}

interface NodeDetails extends ByActor {
  readonly runId: string;
  readonly sequence: number;
  readonly status: NodeStatus;
  readonly reason: string;
  readonly at: string;
  /** A new one where the status is running, the end of the open one otherwise. */
  readonly attempt: {
    readonly number: number;
    readonly status: AttemptStatus;
    readonly error: string | null;
    readonly metrics: string | null;
  } | null;
  readonly error: string | null;
  readonly notBefore: string | null;
  readonly question: string | null;
  readonly takenEdges: string | null;
  readonly input: Payload | null;
  readonly output: Payload | null;
  readonly answer: Payload | null;
}

export interface NewNode extends NodeDetails {
  readonly nodePath: string;
  readonly iterationPath: string;
  readonly nodeType: string;
  readonly replay: string;
  readonly generation: number;
  readonly reuse: {
    readonly runId: string;
    readonly sequence: number;
    readonly sha256: string;
  } | null;
}

export interface NodeUpdate extends NodeDetails {
  readonly from: NodeStatus;
}

export interface StepWrite {
  readonly runId: string;
  readonly sequence: number;
  readonly name: string;
  readonly n: number;
  readonly attempt: number;
  readonly at: string;
  /** Null for an intent. */
  readonly output: Payload | null;
}

export interface EventWrite extends ByActor {
  readonly runId: string;
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly epoch: number | null;
  readonly groupId: string;
  readonly data: string;
  readonly checksum: number;
}

/** Rows in the order of the changes that they come from. */
export interface Writes {
  readonly runs: NewRun[];
  readonly runPayloads: RunPayload[];
  readonly runUpdates: RunUpdate[];
  readonly jobMetrics: { readonly runId: string; readonly metrics: string }[];
  readonly nodes: NewNode[];
  readonly nodeUpdates: NodeUpdate[];
  readonly steps: StepWrite[];
  readonly events: EventWrite[];
  /** Above 1 MB: their rows hold only SHA-256 and length. */
  readonly largePayloads: Payload[];
}

export function noWrites(): Writes {
  return {
    runs: [],
    runPayloads: [],
    runUpdates: [],
    jobMetrics: [],
    nodes: [],
    nodeUpdates: [],
    steps: [],
    events: [],
    largePayloads: [],
  };
}
