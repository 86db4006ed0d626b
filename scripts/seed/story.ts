import type { Failure } from "../../app/model/failure.ts";
import type { JsonValue } from "../../app/model/json.ts";
import type { PinnedDefinition } from "../../app/model/workflow-definition.ts";

/** What is going to happen in one run: its player makes the changes that an engine would have made. */
export interface RunStory {
  readonly definition: PinnedDefinition;
  readonly grants: readonly string[];
  readonly startMs: number;
  readonly input: JsonValue;
  /** By node id; a node without one does well at once. */
  readonly nodes: Readonly<Record<string, NodeStory>>;
  /** Multiplies how long everything takes. */
  readonly pace: number;
  /** Sub-steps are recorded, as the real node would; left out where there are very many runs. */
  readonly isDetailed: boolean;
  /** A person cancels it so long after its start. */
  readonly cancelAfterMs?: number;
}

export interface NodeStory {
  readonly durationMs?: number;
  /** Attempts that fail first, each tried again after its delay. */
  readonly failedAttempts?: readonly { readonly error: Failure; readonly retryAfterMs: number }[];
  /** Then it fails for good. */
  readonly fails?: Failure;
  /** Its answer was lost: a person is asked what became of it. */
  readonly outcomeUnknown?: Failure;
  /** A tall answer, in bytes of text. */
  readonly payloadBytes?: number;
  /** A question is answered after so long; without it, it stays open. */
  readonly answer?: { readonly afterMs: number; readonly value: JsonValue };
  /** Whether the edge to this node is taken, where there is a condition; taken by default. */
  readonly isTaken?: boolean;
}
