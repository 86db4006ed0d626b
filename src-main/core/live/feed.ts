import type { EngineSignal } from "../../../app/engine/event-bus.ts";
import type { Snapshot, Topic, TopicName } from "../../../app/contract/subscriptions.ts";
import type { OpBatch } from "./op-batch.ts";

/**
 * What changed of one topic since the last batch. It remembers which things changed, not each change:
 * however long a client does not read, it holds at most one entry for each of them, and what is sent is
 * read from the database at that moment, so that the newest status always arrives.
 */
export interface Feed {
  readonly topic: TopicName;
  /** Reads everything anew; what was pending is part of it. Throws RequestError NOT_FOUND. */
  snapshot(): Promise<Snapshot>;
  /**
   * Goes on with this topic, with what is pending, if it differs in no more than what is in view; a
   * snapshot follows. False: it is another thing to watch, which needs another feed.
   */
  retarget(topic: Topic): boolean;
  /** Notes what a signal of the engine changes; true when there is something to send. */
  note(signal: EngineSignal): boolean;
  readonly hasChanges: boolean;
  /**
   * Puts what changed into the batch, as much as fits. `snapshot`: too much happened, it is cheaper to
   * begin anew. A hidden client gets counters only.
   */
  fill(batch: OpBatch, options: { readonly isHidden: boolean }): Promise<"filled" | "snapshot">;
  /** For tests: how many entries wait. */
  readonly pending: number;
}
