import type { Job, JobMetrics, JobState } from "../model/job.ts";
import type { Payload } from "../model/json.ts";
import type { Attempt, NodeExecution, SubStep } from "../model/node-execution.ts";
import type { RunEvent } from "../model/run-event.ts";
import type { PinnedDefinition } from "../model/workflow-definition.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import type {
  ChangeNodeStatus,
  ChangeRunStatus,
  CreateNodeExecution,
  CreateRun,
  Group,
} from "./change.ts";
import type { StorageError } from "./storage-error.ts";

/**
 * Where runs live. Methods are transitions; arguments and results are plain data; STORAGE.md numbers
 * the rules that every backend keeps, storage.conformance.ts proves them. Writes are acknowledged after
 * COMMIT returned, never before. Every method may reject with a StorageError.
 */
export interface Storage extends WorkflowStorage {
  // --- definitions
  /** Stores a definition once by its hash. */
  putDefinition(definition: PinnedDefinition, at: string): Promise<void>;
  getDefinition(hash: string): Promise<PinnedDefinition | null>;

  // --- writing
  /**
   * Commits all groups in one transaction, in order. A group whose compare-and-set misses (CONFLICT) or
   * that breaks a constraint (CONSTRAINT, ILLEGAL_TRANSITION, NOT_FOUND, TOO_LARGE) is left out, and so
   * are later groups of its run (CONFLICT), which may build on it. Rejects as a whole, with nothing written,
   * for FENCED (a newer epoch exists) and for FULL, BUSY, IO (send the same groups again later:
   * a group id that is already committed is acknowledged, not applied twice).
   * `fence` is null only for a person's closing of a run, which needs no ownership.
   */
  commit(groups: readonly Group[], fence: Fence | null): Promise<readonly GroupOutcome[]>;
  /**
   * How many commits without a run, or a job, in common may be under way at once without waiting for each
   * other; 1 when it is not said.
   */
  readonly commitsAtOnce?: number;
  /** Lines of node logs, outside history; not fenced, not ordered with commits. */
  appendLogs(lines: readonly LogLine[]): Promise<void>;

  // --- ownership and recovery
  /** Inserts this instance with the next epoch. Call it while holding the data folder's lock. */
  registerInstance(instance: NewInstance): Promise<Fence>;
  markInstanceClean(fence: Fence, at: string): Promise<void>;
  /** The instances that never ended cleanly, and the last clean ones; newest first. */
  listInstances(limit: number): Promise<readonly EngineInstance[]>;
  /**
   * The one routine that moves running → stalled (engine.md §7): one transaction in which each orphan's
   * open attempts fail with INTERRUPTED, its running nodes become stalled, the run becomes stalled with
   * one `workflow_recovery` event, and a third crash makes it poisoned. Orphans that were closing end
   * directly. Idempotent: a second call finds nothing.
   */
  recoverInterruptedRuns(recovery: RecoveryRequest): Promise<RecoveryReport>;
  /** Child processes registered by attempts of `runs` and not ended since. */
  listChildProcesses(): Promise<readonly RegisteredChildProcess[]>;
  putChildProcess(child: RegisteredChildProcess): Promise<void>;
  removeChildProcess(nodeExecutionId: string): Promise<void>;

  // --- what the scheduler asks
  /**
   * Queued runs that are due: `wakeAt` null or not after `now`; oldest first. Where several engines share a
   * queue, what one was offered is kept from the others for a moment: ask for as many as can be taken.
   */
  listClaimableRuns(request: {
    readonly now: string;
    readonly limit: number;
  }): Promise<readonly string[]>;
  /** The earliest `wakeAt` of all parked or expiring runs, or null. */
  nextWakeAt(): Promise<string | null>;
  /** The awaiting_* runs whose `wakeAt` (a timer or an expiry) is due. */
  listDueWaitingRuns(request: {
    readonly now: string;
    readonly limit: number;
  }): Promise<readonly string[]>;

  // --- reading
  getRun(runId: string): Promise<WorkflowRun | null>;
  findRunByRequestKey(requestKey: string): Promise<string | null>;
  getJob(jobId: string): Promise<Job | null>;
  listRuns(query: RunQuery): Promise<readonly WorkflowRun[]>;
  /** Newest first: the attempts and reruns of what a user knows as one task. */
  listRunsOfJob(jobId: string): Promise<readonly WorkflowRun[]>;
  countRunsByState(): Promise<Readonly<Record<JobState, number>>>;
  getNodeExecution(nodeExecutionId: string): Promise<NodeExecution | null>;
  /** Summed over all attempts of the run; `durationMs` is the sum of their durations. */
  getRunMetrics(runId: string): Promise<JobMetrics>;
  /** Superseded and current attempts, by number. */
  listAttempts(nodeExecutionId: string): Promise<readonly Attempt[]>;
  listSubSteps(nodeExecutionId: string): Promise<readonly SubStep[]>;
  /** With `seq > after`, in order. */
  listRunEvents(
    runId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly RunEvent[]>;
  listLogs(
    runId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly StoredLogLine[]>;
  /** Reads a payload and checks its SHA-256; DAMAGED when it does not match, null when there is none. */
  getPayload(slot: PayloadSlot): Promise<Payload | null>;
  /** What this backend is and how it is set: for `doctor`. */
  describe(): Promise<StorageDescription>;
  /** Checks the file, every payload, every event's checksum, and that the rows are what the events say. */
  verify(options: { readonly quick: boolean }): Promise<readonly IntegrityProblem[]>;
  close(): Promise<void>;
}

/** The seven operations that the task names; each is one group of one change (or one statement). */
export interface WorkflowStorage {
  createWorkflowRun(group: SingleChange<CreateRun>): Promise<GroupOutcome>;
  updateWorkflowRunStatus(group: SingleChange<ChangeRunStatus>): Promise<GroupOutcome>;
  /**
   * Beats for the instance and all runs that it owns, in one statement each; no event. Answers what
   * the engine's runs look like in the database, so that it sees what was changed from outside.
   * FENCED when a newer epoch exists; NOT_FOUND when the instance is unknown.
   */
  heartbeatWorkflow(fence: Fence, at: string): Promise<readonly OwnedRun[]>;
  createWorkflowNodeExecution(group: SingleChange<CreateNodeExecution>): Promise<GroupOutcome>;
  updateWorkflowNodeExecutionStatus(group: SingleChange<ChangeNodeStatus>): Promise<GroupOutcome>;
  /** By sequence, with `sequence > after`. */
  listWorkflowNodeExecutions(
    runId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly NodeExecution[]>;
  /**
   * A pure query: running runs whose owner ended or is older than the newest epoch, or whose owner is
   * unknown and whose beat is older than `thresholdSecs` seconds before `now`. Where several engines share the
   * data, the lease tells and not the beat: it ends by the clock of the database, whatever `now` is.
   */
  findStalledWorkflows(thresholdSecs: number, now: string): Promise<readonly WorkflowRun[]>;
}

export interface SingleChange<Kind> extends Omit<Group, "changes"> {
  readonly change: Kind;
  readonly fence: Fence | null;
}

/** An engine instance's right to write: valid while no instance has a greater epoch. */
export interface Fence {
  readonly instanceId: string;
  readonly epoch: number;
}

export type GroupOutcome =
  | {
      readonly ok: true;
      readonly groupId: string;
      readonly revision: number;
      readonly lastSeq: number;
    }
  | { readonly ok: false; readonly groupId: string; readonly error: StorageError };

export interface NewInstance {
  readonly instanceId: string;
  /** What runs it: `cli`, `serve`, `app`, … */
  readonly kind: string;
  readonly pid: number;
  readonly processStartedAt: string;
  readonly bootId: string;
  readonly machineId: string;
  readonly appVersion: string;
  readonly at: string;
}

export interface EngineInstance extends NewInstance {
  readonly epoch: number;
  readonly lastBeatAt: string;
  /** When it ended cleanly; null while it lives or after a crash. */
  readonly cleanAt: string | null;
}

export interface OwnedRun {
  readonly runId: string;
  readonly status: JobState;
  readonly revision: number;
}

export interface RecoveryRequest {
  readonly fence: Fence;
  readonly at: string;
  readonly thresholdSecs: number;
  /** The boot that this process runs in: a crash in an earlier one was a power loss and does not poison. */
  readonly bootId: string;
  /**
   * `start` and `expired`: the running runs of instances that are gone, at an engine's start and while it
   * works. `quit`: this instance's own running runs, reason `app_quit`, without a crash count.
   */
  readonly scope: "start" | "expired" | "quit";
  /** Instances of which this machine knows that their process is gone: their lease need not run out. */
  readonly deadInstances?: readonly string[];
}

export interface RecoveryReport {
  readonly at: string;
  readonly stalled: readonly RecoveredRun[];
  readonly poisoned: readonly RecoveredRun[];
  /** Orphans that were closing: ended as their closing said. */
  readonly ended: readonly RecoveredRun[];
}

export interface RecoveredRun {
  readonly runId: string;
  readonly jobId: string;
  /** app_quit, crash, power_loss, unknown. */
  readonly reason: string;
  readonly lastHeartbeatAt: string | null;
  readonly thresholdSecs: number;
  readonly crashCount: number;
}

export interface RegisteredChildProcess {
  readonly nodeExecutionId: string;
  readonly runId: string;
  readonly nodePath: string;
  readonly pid: number;
  readonly startTime: string;
}

export interface RunQuery {
  readonly states?: readonly JobState[];
  readonly workflowId?: string;
  /** Runs created before this one: the last row of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface LogLine {
  readonly runId: string;
  readonly nodeExecutionId: string;
  readonly attempt: number;
  readonly at: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

export interface StoredLogLine extends LogLine {
  /** Grows within a run. */
  readonly number: number;
}

/** Which payload: a run's, a node's, or a sub-step's. */
export type PayloadSlot =
  | { readonly of: "run"; readonly runId: string; readonly slot: "input" | "output" }
  | {
      readonly of: "node";
      readonly nodeExecutionId: string;
      readonly slot: "input" | "output" | "answer";
    }
  | {
      readonly of: "step";
      readonly nodeExecutionId: string;
      readonly name: string;
      readonly n: number;
    };

export interface StorageDescription {
  readonly backend: "sqlite" | "postgres";
  readonly version: string;
  readonly schemaVersion: number;
  readonly location: string;
  /** Such as journal_mode, synchronous, busy_timeout, as read back. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface IntegrityProblem {
  readonly where: string;
  readonly message: string;
  readonly runId: string | null;
}
