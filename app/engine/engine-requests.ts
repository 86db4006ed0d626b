import type { Actor } from "../model/actor.ts";
import type { AccessMode } from "../model/job.ts";
import type { JsonValue } from "../model/json.ts";
import type { InterruptedDecision } from "../model/run-event.ts";
import type { PinnedDefinition } from "../model/workflow-definition.ts";
import type { OnInterrupted } from "../model/workflow-run.ts";

export interface StartRunRequest {
  /** Validated before: the engine trusts it. */
  readonly definition: PinnedDefinition;
  readonly input: JsonValue;
  /** Capabilities granted to this run; they cover the declared ones (checked by validation). */
  readonly grants: readonly string[];
  readonly accessMode?: AccessMode;
  readonly jobKind?: string;
  /** The same key twice is one run. */
  readonly requestKey?: string;
  /** Absolute: where the workflow's relative paths begin. Resumes, retries, reruns and forks keep it. */
  readonly folder?: string;
  readonly actor: Actor;
}

export interface StartedRun {
  readonly runId: string;
  readonly jobId: string;
  /** False when the request key named a run that exists already. */
  readonly created: boolean;
}

export interface ResumeRunRequest {
  readonly runId: string;
  readonly actor: Actor;
  /** By node execution id; external nodes without a decision become `awaiting_user`. */
  readonly decisions?: Readonly<Record<string, InterruptedDecision>>;
  /** Must be true for a poisoned run: the person typed the confirmation. */
  readonly confirmPoisoned?: boolean;
  readonly policy?: OnInterrupted;
  /** The grants that still hold; absent: those that the run was started with. */
  readonly grants?: readonly string[];
}

export interface EndRunRequest {
  readonly runId: string;
  readonly actor: Actor;
  readonly reason?: string;
}

export interface AnswerRequest {
  readonly runId: string;
  /** A node id, or a node execution id. */
  readonly node: string;
  /**
   * By what the node waits for. approval: a value of its answer schema. confirmation:
   * `{"confirmed": boolean}`. unknown outcome: an InterruptedDecision, or `{"action": "fail"}`.
   * review: `{"accepted": boolean, "reason"?: string}`.
   */
  readonly answer: JsonValue;
  readonly actor: Actor;
}

/** Retry from failure, run again: a new run of the same job. */
export interface RunAgainRequest {
  readonly runId: string;
  readonly actor: Actor;
}

export interface ForkRunRequest extends RunAgainRequest {
  /** This node and everything behind it runs again; saved outputs of the others are taken over. */
  readonly node: string;
  readonly input?: JsonValue;
}

export interface AnnotateRunRequest {
  readonly runId: string;
  readonly pinned?: boolean;
  readonly tags?: readonly string[];
  readonly actor: Actor;
}
