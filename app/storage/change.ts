import type { Actor } from "../model/actor.ts";
import type { Failure } from "../model/failure.ts";
import type { AccessMode, JobMetrics, JobState } from "../model/job.ts";
import type { Payload } from "../model/json.ts";
import type { AttemptStatus, NodeStatus, Question, ReplayClass } from "../model/node-execution.ts";
import type { InterruptedDecision } from "../model/run-event.ts";
import type { Closing, OnInterrupted, PayloadRef, Trigger } from "../model/workflow-run.ts";

/**
 * One change of one run. Each makes exactly one event; the backend writes the row and the event in the
 * same transaction, so that neither can be without the other.
 */
export type Change =
  | CreateRun
  | ChangeRunStatus
  | CloseRun
  | ResumeRun
  | AnnotateRun
  | CreateNodeExecution
  | ChangeNodeStatus
  | SkipNode
  | IntendStep
  | RecordStep
  | RecordCapabilityCheck
  | RecordConfirmation;

interface ByActor {
  readonly actor: Actor;
}

/** – → queued. With `existingJob` the run belongs to that job, else a job is created with it. */
export interface CreateRun extends ByActor {
  readonly change: "createRun";
  readonly jobId: string;
  /** Of the job; the same for all its runs. */
  readonly traceId: string;
  readonly jobKind: string;
  readonly existingJob: boolean;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly definitionHash: string;
  readonly keyScope: string;
  readonly input: Payload;
  readonly trigger: Trigger;
  readonly parentRunId: string | null;
  readonly forkedFromRunId: string | null;
  readonly grants: readonly string[];
  readonly accessMode: AccessMode;
  readonly onInterrupted: OnInterrupted;
  readonly nodesTotal: number;
}

/** `owner` is required for `running` and forbidden for everything else. */
export interface ChangeRunStatus extends ByActor {
  readonly change: "runStatus";
  readonly from: JobState;
  readonly to: JobState;
  readonly reason: string;
  readonly owner?: { readonly instanceId: string; readonly epoch: number };
  readonly wakeAt?: string;
  readonly output?: Payload;
  readonly error?: Failure;
  /** Of the run so far, for its job. */
  readonly metrics?: JobMetrics;
}

/** CONFLICT when the run is terminal or already closing: the first one wins. */
export interface CloseRun extends ByActor {
  readonly change: "runClosing";
  readonly closing: Closing;
}

/** stalled or poisoned → queued. Its nodes are changed by their own changes in the same group. */
export interface ResumeRun extends ByActor {
  readonly change: "runResumed";
  readonly from: "stalled" | "poisoned";
  readonly decisions: readonly {
    readonly nodeExecutionId: string;
    readonly decision: InterruptedDecision;
  }[];
  readonly policy?: OnInterrupted;
}

export interface AnnotateRun extends ByActor {
  readonly change: "runAnnotated";
  readonly pinned?: boolean;
  readonly tags?: readonly string[];
}

/** The identity of a node execution, repeated in each of its events. */
export interface NodeIdentity {
  readonly nodeExecutionId: string;
  readonly sequence: number;
  readonly nodePath: string;
  readonly iterationPath: string;
}

export interface AttemptChange {
  readonly number: number;
  readonly status: AttemptStatus;
  readonly error?: Failure;
  readonly metrics?: JobMetrics;
}

interface NodeDetails {
  readonly reason?: string;
  readonly attempt?: AttemptChange;
  readonly input?: Payload;
  readonly output?: Payload;
  /** Of the node; a change without it leaves the node without an error. */
  readonly error?: Failure;
  readonly takenEdges?: readonly number[];
  readonly notBefore?: string;
  readonly question?: Question;
  readonly answer?: Payload;
}

/** `status: "running"` needs `attempt: {number: 1, status: "running"}`. */
export interface CreateNodeExecution extends ByActor, NodeIdentity, NodeDetails {
  readonly change: "createNode";
  readonly nodeType: string;
  readonly replay: ReplayClass;
  readonly generation: number;
  readonly status: "queued" | "running" | "failed" | "completed";
  /** A retry's or fork's node whose saved result is taken over: status `completed`, copied by the backend. */
  readonly reuse?: { readonly nodeExecutionId: string; readonly outputRef: PayloadRef };
}

/**
 * `to: "running"` needs a new attempt (number = the last one + 1). Leaving `running` needs the open
 * attempt's end. `notBefore` and `question` are cleared unless given.
 */
export interface ChangeNodeStatus extends ByActor, NodeIdentity, NodeDetails {
  readonly change: "nodeStatus";
  readonly from: NodeStatus;
  readonly to: NodeStatus;
}

export interface SkipNode extends ByActor {
  readonly change: "nodeSkipped";
  readonly nodePath: string;
  readonly iterationPath: string;
  readonly untakenEdges: readonly number[];
}

interface StepIdentity extends ByActor {
  readonly nodeExecutionId: string;
  readonly attempt: number;
  readonly name: string;
  readonly n: number;
}

export interface IntendStep extends StepIdentity {
  readonly change: "stepIntended";
}

export interface RecordStep extends StepIdentity {
  readonly change: "stepRecorded";
  readonly output: Payload;
}

export interface RecordCapabilityCheck extends ByActor {
  readonly change: "capabilityChecked";
  readonly nodePath?: string;
  readonly capability: string;
  readonly allowed: boolean;
  readonly rule: string;
}

export interface RecordConfirmation extends ByActor {
  readonly change: "confirmationGiven";
  readonly nodeExecutionId: string;
  readonly attempt: number;
  readonly inputSha256: string;
}

/** Changes of one run that are committed together or not at all. */
export interface Group {
  /** Stands in each event of the group; unique. */
  readonly groupId: string;
  readonly runId: string;
  /** RFC 3339, UTC, milliseconds: the time of every change in it. */
  readonly at: string;
  /** The run as its writer knows it (compare-and-set); null for a creation, or to take what is there. */
  readonly expect: { readonly revision: number; readonly lastSeq: number } | null;
  readonly changes: readonly Change[];
}
