import type { Engine } from "../../app/engine/engine.ts";
import type { StartedRun } from "../../app/engine/engine-requests.ts";
import type { Actor } from "../../app/model/actor.ts";
import type { AccessMode } from "../../app/model/job.ts";
import type { JsonValue } from "../../app/model/json.ts";
import type { RecoveryReport } from "../../app/storage/storage.ts";
import type { MaintainedStorage } from "./maintenance.ts";

/** An owned data folder with its engine: recovered, and accepting work. */
export interface Core {
  readonly engine: Engine;
  readonly storage: MaintainedStorage;
  /** What this start found interrupted. */
  readonly recovery: RecoveryReport;
  /** What stored policies did about interrupted runs. */
  readonly policies: readonly PolicyOutcome[];
  /** Two unclean ends within ten minutes: nothing runs until `startEngine` is called. */
  readonly safeStart: boolean;
  /** Leftover programs of killed steps that this start ended. */
  readonly endedChildProcesses: readonly EndedChildProcess[];
  /** What this start has to say of a data folder that was or was to be moved. */
  readonly notices: readonly CoreNotice[];
  /** Begins to claim queued runs. A second call does nothing. */
  startEngine(): void;
  /** Validates a workflow file's text, pins it and starts a run of it. Throws `InvalidWorkflow`. */
  submitWorkflow(submission: WorkflowSubmission): Promise<StartedRun>;
  /** How many other processes follow a run through this one. */
  readonly followers: number;
  /** Stops the engine, marks the clean end and gives the folder free. A second call does nothing. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

export interface WorkflowSubmission {
  readonly text: string;
  /** For messages. */
  readonly file: string;
  readonly input: JsonValue;
  readonly grants: readonly string[];
  /** Absolute, and kept with the run: where relative paths begin, those in capabilities too. */
  readonly baseDir: string;
  readonly actor: Actor;
  readonly requestKey?: string;
  readonly accessMode?: AccessMode;
}

/** What a person should know of the core itself; what the engine has to say comes from its own events. */
export interface CoreNotice {
  readonly code: "MAINTENANCE_FAILED" | "MOVE_FAILED" | "MOVE_WAITS" | "OLD_DATA_LEFT";
  readonly message: string;
}

export interface PolicyOutcome {
  readonly runId: string;
  readonly policy: "resume-safe" | "fail";
  /** `left`: not safe to go on without a person. */
  readonly outcome: "resumed" | "failed" | "left";
}

export interface EndedChildProcess {
  readonly runId: string;
  readonly nodePath: string;
  readonly pid: number;
}
