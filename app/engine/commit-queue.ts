import type { Change, Group } from "../storage/change.ts";
import type { Fence, GroupOutcome, Storage } from "../storage/storage.ts";
import { isTransientStorageError, StorageError } from "../storage/storage-error.ts";
import type { Clock } from "./clock.ts";
import { timestamp } from "./clock.ts";

/** What a run's writer knows of its row: the compare-and-set of its next groups. Revision 0: not created yet. */
export interface KnownRun {
  revision: number;
  lastSeq: number;
}

export interface CommitQueue {
  /** Resolves after COMMIT returned, with the group's own outcome. Rejects when the engine is fenced. */
  submit(runId: string, changes: readonly Change[], known: KnownRun | null): Promise<GroupOutcome>;
  /** Resolves when everything submitted so far is answered. */
  idle(): Promise<void>;
  readonly isPaused: boolean;
}

/** A revision that no run has. */
const neverKnown = -1;

interface Waiting {
  readonly groupId: string;
  readonly runId: string;
  readonly at: string;
  readonly changes: readonly Change[];
  readonly known: KnownRun | null;
  resolve(outcome: GroupOutcome): void;
  reject(error: unknown): void;
}

/**
 * Puts all groups of one turn of the event loop into one transaction. While storage cannot write
 * (disk full, busy, I/O error) the batch is held and sent again with growing pauses; nothing is
 * acknowledged and no node fails.
 */
export function createCommitQueue(options: {
  readonly storage: Storage;
  readonly fence: Fence;
  readonly clock: Clock;
  onPause(error: StorageError): void;
  onContinue(): void;
  onFenced(error: StorageError): void;
}): CommitQueue {
  const { storage, fence, clock } = options;
  let waiting: Waiting[] = [];
  let isFlushing = false;
  let isScheduled = false;
  let isPaused = false;
  let groupNumber = 0;
  let idleWaiters: (() => void)[] = [];
  const groupPrefix = `${fence.epoch}.${fence.instanceId.slice(-12)}.`;

  function schedule(): void {
    if (isScheduled || isFlushing) return;
    isScheduled = true;
    clock.nextTurn(() => {
      isScheduled = false;
      void flush();
    });
  }

  async function flush(): Promise<void> {
    if (isFlushing) return;
    isFlushing = true;
    const batch = takeBatch();
    try {
      if (batch.length > 0) await send(batch);
    } finally {
      isFlushing = false;
      if (waiting.length > 0) schedule();
      else {
        const waiters = idleWaiters;
        idleWaiters = [];
        for (const resolve of waiters) resolve();
      }
    }
  }

  /**
   * In one batch a run has one writer, whose groups build on each other. A second writer of the same
   * run (a person's answer beside a claim) comes in the next batch: what it knows is old by then, and
   * its compare-and-set misses, as it must.
   */
  function takeBatch(): readonly Waiting[] {
    const writers = new Map<string, KnownRun | null>();
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    for (const item of waiting) {
      const writer = writers.get(item.runId);
      if (writer === undefined) writers.set(item.runId, item.known);
      (writer === undefined || writer === item.known ? batch : later).push(item);
    }
    waiting = later;
    return batch;
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    const groups = batch.map(toGroup);
    for (let failures = 1; ; failures += 1) {
      try {
        const outcomes = await storage.commit(groups, fence);
        if (isPaused) {
          isPaused = false;
          options.onContinue();
        }
        batch.forEach((item, index) => answer(item, outcomes[index]));
        return;
      } catch (error) {
        if (isTransientStorageError(error)) {
          if (!isPaused) options.onPause(error);
          isPaused = true;
          await pause(clock, Math.min(100 * 2 ** (failures - 1), 5_000));
          continue;
        }
        if (error instanceof StorageError && error.code === "FENCED") options.onFenced(error);
        for (const item of batch) item.reject(error);
        return;
      }
    }
  }

  return {
    submit(runId, changes, known) {
      groupNumber += 1;
      const groupId = groupPrefix + groupNumber.toString(36);
      return new Promise((resolve, reject) => {
        const at = timestamp(clock.now());
        waiting.push({ groupId, runId, at, changes, known, resolve, reject });
        schedule();
      });
    },
    idle() {
      if (!isFlushing && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
    get isPaused() {
      return isPaused;
    },
  };
}

function toGroup(item: Waiting): Group {
  return {
    groupId: item.groupId,
    runId: item.runId,
    at: item.at,
    // Read when the batch is sent: the batch before may have moved it on.
    expect:
      item.known === null || item.known.revision === 0
        ? null
        : { revision: item.known.revision, lastSeq: item.known.lastSeq },
    changes: item.changes,
  };
}

function answer(item: Waiting, outcome: GroupOutcome | undefined): void {
  if (outcome === undefined) {
    item.reject(new StorageError("IO", `Storage gave no answer for group ${item.groupId}.`));
    return;
  }
  if (item.known !== null) {
    // After a refusal the writer knows nothing any more: groups built on the refused one must miss too.
    item.known.revision = outcome.ok ? outcome.revision : neverKnown;
    if (outcome.ok) item.known.lastSeq = outcome.lastSeq;
  }
  item.resolve(outcome);
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, resolve);
  });
}
