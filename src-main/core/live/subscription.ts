import type { ApiError } from "../../../app/contract/api-error.ts";
import { limits } from "../../../app/contract/limits.ts";
import type { EngineSignal } from "../../../app/engine/event-bus.ts";
import type { Feed } from "./feed.ts";
import { createOpBatch } from "./op-batch.ts";

/** One thing that a client watches: revisions, batches and credit. */
export interface Subscription {
  note(signal: EngineSignal): void;
  /** Something changed that no signal of the engine tells. */
  touch(): void;
  /** Everything up to this revision is applied. */
  acknowledge(rev: number): void;
  setHidden(hidden: boolean): void;
  /** Watches something else, or the same feed with another topic; the next message is a snapshot of that. */
  replace(feed: Feed): void;
  close(): void;
  /** For tests. */
  readonly pending: number;
}

export interface SubscriptionOptions {
  readonly id: number;
  readonly feed: Feed;
  readonly isHidden: boolean;
  readonly send: (message: Uint8Array) => void;
  /** The subscription ends: it cannot be read. */
  onFailure(error: unknown): ApiError;
  readonly batchEveryMs?: number;
  readonly hiddenEveryMs?: number;
}

/**
 * Begins with a snapshot, then sends what changed in batches: at most one each 50 ms, at most two that
 * are not acknowledged. While a client does not acknowledge, changes are merged, never queued.
 */
export function openSubscription(options: SubscriptionOptions): Subscription {
  const { id, send } = options;
  const { batchEveryMs = limits.batchEveryMs, hiddenEveryMs = limits.hiddenEveryMs } = options;
  let { feed, isHidden } = options;
  let rev = 0;
  let unacknowledged: number[] = [];
  let needsSnapshot = true;
  let isSending = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;

  const hasCredit = (): boolean => unacknowledged.length < limits.unacknowledgedBatches;
  const hasWork = (): boolean => needsSnapshot || feed.hasChanges;

  function wake(delayMs: number): void {
    if (isClosed || isSending || timer !== null || !hasWork() || !hasCredit()) return;
    timer = setTimeout(() => {
      timer = null;
      void sendNext();
    }, delayMs);
  }

  function everyMs(): number {
    return isHidden ? hiddenEveryMs : batchEveryMs;
  }

  async function sendNext(): Promise<void> {
    if (isClosed || isSending || !hasCredit()) return;
    isSending = true;
    const current = feed;
    try {
      const message = needsSnapshot ? await snapshot(current) : await delta(current);
      if (isClosed) return;
      // Replaced while it was read: nobody waits for this any more.
      if (message !== null && current === feed) {
        unacknowledged.push(rev + 1);
        rev += 1;
        send(Buffer.from(message));
      }
    } catch (error) {
      if (isClosed || current !== feed) return;
      close();
      const failure = options.onFailure(error);
      send(Buffer.from(JSON.stringify({ kind: "ended", id, error: failure })));
    } finally {
      isSending = false;
      wake(needsSnapshot ? 0 : everyMs());
    }
  }

  async function snapshot(current: Feed): Promise<string> {
    needsSnapshot = false;
    const content = await current.snapshot();
    const { topic } = current;
    return JSON.stringify({ kind: "snapshot", id, rev: rev + 1, topic, snapshot: content });
  }

  async function delta(current: Feed): Promise<string | null> {
    const batch = createOpBatch();
    if ((await current.fill(batch, { isHidden })) === "snapshot") {
      needsSnapshot = true;
      return null;
    }
    if (batch.isEmpty) return null;
    const head = JSON.stringify({
      kind: "delta",
      id,
      fromRev: rev,
      toRev: rev + 1,
      topic: current.topic,
    });
    return `${head.slice(0, -1)},"ops":${batch.toJson()}}`;
  }

  function close(): void {
    isClosed = true;
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  wake(0);
  return {
    note(signal) {
      if (feed.note(signal)) wake(everyMs());
    },
    touch: () => wake(everyMs()),
    acknowledge(upTo) {
      unacknowledged = unacknowledged.filter((sent) => sent > upTo);
      wake(everyMs());
    },
    setHidden(hidden) {
      if (isHidden === hidden) return;
      isHidden = hidden;
      if (hidden) return;
      needsSnapshot = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      wake(0);
    },
    replace(next) {
      feed = next;
      needsSnapshot = true;
      // Whoever subscribes anew has forgotten what was under way.
      unacknowledged = [];
      if (timer !== null) clearTimeout(timer);
      timer = null;
      wake(0);
    },
    close,
    get pending() {
      return feed.pending;
    },
  };
}
