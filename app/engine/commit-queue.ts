import type { Change } from "../storage/change.ts";
import type { Fence, GroupOutcome, Storage } from "../storage/storage.ts";
import {
  isBrokenStorageError,
  isTransientStorageError,
  StorageError,
} from "../storage/storage-error.ts";
import type { Clock } from "./clock.ts";
import { timestamp } from "./clock.ts";
import { takeBatch, toGroup, type KnownRun, type Waiting } from "./next-batch.ts";

export type { KnownRun } from "./next-batch.ts";

export interface CommitQueue {
  /** Resolves after COMMIT returned, with the group's own outcome. Rejects when the engine is fenced. */
  submit(runId: string, changes: readonly Change[], known: KnownRun | null): Promise<GroupOutcome>;
  /**
   * Does `work` while no batch is on its way. Batches that follow each other without a gap hold the engine's
   * row all the time, and whoever wants to change that row would never get it. While storage fails nothing
   * is waited for.
   */
  between<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything submitted so far is answered. */
  idle(): Promise<void>;
  readonly isPaused: boolean;
}

/** A revision that no run has. */
const neverKnown = -1;

/**
 * Puts all groups of one turn of the event loop into one transaction. Where storage takes several commits at
 * once, a second batch goes out while the first one is committed, and what the first one brings back is
 * prepared while the second one is: batches that are on their way have no run in common (next-batch.ts).
 * While storage cannot write (disk full, busy, I/O error) a batch is held and sent again with growing pauses;
 * nothing of it is acknowledged and no node fails.
 */
export function createCommitQueue(options: {
  readonly storage: Storage;
  readonly fence: Fence;
  readonly clock: Clock;
  /** See EngineOptions. */
  readonly fewestBeside?: number;
  onPause(error: StorageError): void;
  onContinue(): void;
  onFenced(error: StorageError): void;
  /** The data is damaged. */
  onBroken(error: StorageError): void;
}): CommitQueue {
  const { storage, fence, clock, fewestBeside = 1 } = options;
  const atOnce = storage.commitsAtOnce ?? 1;
  let waiting: Waiting[] = [];
  const underWay = new Set<readonly Waiting[]>();
  const failing = new Set<readonly Waiting[]>();
  let isScheduled = false;
  let groupNumber = 0;
  const idleWaiters: (() => void)[] = [];
  const betweenWaiters: (() => void)[] = [];
  let workBetween = 0;
  const groupPrefix = `${fence.epoch}.${fence.instanceId.slice(-12)}.`;

  function schedule(): void {
    if (isScheduled || underWay.size >= atOnce) return;
    isScheduled = true;
    clock.nextTurn(() => {
      isScheduled = false;
      flush();
    });
  }

  function flush(): void {
    while (underWay.size < atOnce && workBetween === 0 && betweenWaiters.length === 0) {
      const taken = takeBatch(waiting, { underWay, atOnce, fewestBeside });
      if (taken === null) return;
      waiting = taken.later;
      underWay.add(taken.batch);
      void send(taken.batch).finally(() => {
        underWay.delete(taken.batch);
        next();
      });
    }
  }

  /** A batch or a work between batches has ended. */
  function next(): void {
    if (underWay.size === 0) for (const begin of betweenWaiters.splice(0)) begin();
    if (waiting.length > 0) schedule();
    else if (underWay.size === 0) for (const resolve of idleWaiters.splice(0)) resolve();
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    const groups = batch.map(toGroup);
    for (let failures = 1; ; failures += 1) {
      try {
        const outcomes = await storage.commit(groups, fence);
        works(batch);
        batch.forEach((item, index) => answer(item, outcomes[index]));
        return;
      } catch (error) {
        if (isTransientStorageError(error)) {
          fails(batch, error);
          await pause(clock, Math.min(100 * 2 ** (failures - 1), 5_000));
          continue;
        }
        works(batch);
        if (error instanceof StorageError && error.code === "FENCED") options.onFenced(error);
        if (isBrokenStorageError(error)) options.onBroken(error);
        for (const item of batch) item.reject(error);
        return;
      }
    }
  }

  function fails(batch: readonly Waiting[], error: StorageError): void {
    if (failing.size === 0) options.onPause(error);
    failing.add(batch);
    for (const begin of betweenWaiters.splice(0)) begin();
  }

  function works(batch: readonly Waiting[]): void {
    if (failing.delete(batch) && failing.size === 0) options.onContinue();
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
    async between(work) {
      if (atOnce > 1 && underWay.size > 0 && failing.size === 0)
        await new Promise<void>((resolve) => betweenWaiters.push(resolve));
      if (atOnce === 1) return work();
      workBetween += 1;
      try {
        return await work();
      } finally {
        workBetween -= 1;
        next();
      }
    },
    idle() {
      if (underWay.size === 0 && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
    get isPaused() {
      return failing.size > 0;
    },
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
