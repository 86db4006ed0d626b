import { messageOf, toError } from "./to-error.ts";
import type { IsolatedEvaluate } from "../expression/evaluate-bounded.ts";
import type { GroupOutcome } from "../storage/storage.ts";
import { StorageError } from "../storage/storage-error.ts";
import { after } from "./after.ts";
import type { AttemptAbort } from "./attempt-abort.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { DueQueue } from "./due-queue.ts";
import type { EndContext } from "./end-node.ts";
import { EngineError } from "./engine-error.ts";
import type { EngineOptions, EnginePorts } from "./engine-ports.ts";
import type { EventBus } from "./event-bus.ts";
import type { LogBuffer } from "./log-buffer.ts";
import type { RunSecrets } from "./run-secrets.ts";
import type { Draft, LiveNode, RunState } from "./run-state.ts";
import { newDraft } from "./run-state.ts";
import type { Slots } from "./slots.ts";
import type { StartContext } from "./start-node.ts";
import type { Timer } from "./clock.ts";

/** What all runs of an engine share. */
export interface EngineInternals {
  readonly ports: EnginePorts;
  readonly options: EngineOptions;
  readonly queue: CommitQueue;
  readonly slots: Slots;
  readonly bus: EventBus;
  readonly isolate: IsolatedEvaluate;
  /** True from the beginning of a stop: nothing new is started. */
  readonly isDraining: () => boolean;
  /** True once nothing may be written any more. */
  readonly isStopped: () => boolean;
  readonly logs: LogBuffer;
  /** The run ended, waits, is parked, or was taken away: this engine works on it no more. */
  readonly released: (run: ActiveRun) => void;
  /** The run cannot be worked on: it is left alone until the next start. */
  readonly refused: (runId: string, reason: Error) => void;
  /** Loads the run as the database has it; null when it is not this engine's any more. */
  readonly reload: (runId: string) => Promise<RunState | null>;
}

/** One attempt in flight, from the draft that holds it to the commit of its result. */
export interface AttemptHandle {
  readonly index: number;
  readonly nodeExecutionId: string;
  readonly number: number;
  readonly type: string;
  /** Null until the handler starts. */
  abort: AttemptAbort | null;
  timer: Timer | null;
  /** The result is in, or nobody waits for it any more. */
  isOver: boolean;
  hasChildProcess: boolean;
}

/** A run that this engine owns and works on. */
export interface ActiveRun {
  readonly runId: string;
  readonly internals: EngineInternals;
  state: RunState;
  readonly attempts: Map<number, AttemptHandle>;
  readonly due: DueQueue;
  readonly secrets: RunSecrets;
  readonly startContext: StartContext;
  readonly endContext: EndContext;
  readonly tasks: TaskQueue;
  dueTimer: Timer | null;
  /** What `dueTimer` is set for, in milliseconds since 1970. */
  dueTimerAt: number | null;
  limitTimer: Timer | null;
  forcedEndTimer: Timer | null;
  isPumpScheduled: boolean;
  /** It will be called when a slot is free. */
  isWaitingForSlot: boolean;
  /** This task may write queued rows: it is a turn later than the one that made the nodes ready. */
  isQueueTurn: boolean;
  isReleased: boolean;
}

/** One thing that happens to a run: it changes the state and says so in the draft. */
export type Task = (draft: Draft) => void | Promise<void>;

/**
 * Runs the tasks of one run one after another, each with a draft of its own that is submitted as one
 * group, in the same order. When a group is refused, the state is loaded again and the tasks of all
 * refused groups are done over.
 */
export interface TaskQueue {
  /** `committed` is called with the group's outcome; a task without changes is committed at once. */
  add(task: Task, committed?: (error: unknown) => void): void;
  /** Loads the state again, after what is under way: it was changed from outside. */
  reload(): void;
  /** True while a task is running, waiting or on its way to storage. */
  readonly isBusy: boolean;
}

/** How often a refused group is tried again before the run is given up until the next start. */
const mostRefusals = 20;
/** Storage could not be read: the pause before it is tried again. */
const reloadAgainAfterMs = 1_000;

export function createTaskQueue(
  run: () => ActiveRun,
  settle: (run: ActiveRun, draft: Draft) => void | Promise<void>,
  committed: (run: ActiveRun, draft: Draft) => void,
): TaskQueue {
  interface Item {
    readonly task: Task;
    readonly committed: ((error: unknown) => void) | undefined;
  }
  const waiting: Item[] = [];
  let refused: Item[] = [];
  let isRunning = false;
  let inCommit = 0;
  let refusals = 0;
  let refusal: Error | null = null;

  function next(): void {
    while (!isRunning && refused.length === 0) {
      const item = waiting.shift();
      if (item === undefined) return;
      perform(item);
    }
  }

  function perform(item: Item): void {
    if (run().isReleased) {
      item.committed?.(notWorkedOn(run()));
      return;
    }
    isRunning = true;
    const draft = newDraft();
    let result: void | Promise<void>;
    try {
      result = after(item.task(draft), () => settle(run(), draft));
    } catch (error) {
      finish(item, draft, error);
      return;
    }
    if (result instanceof Promise) {
      result.then(
        () => {
          finish(item, draft, null);
          next();
        },
        (error: unknown) => {
          finish(item, draft, error);
          next();
        },
      );
    } else finish(item, draft, null);
  }

  function finish(item: Item, draft: Draft, error: unknown): void {
    isRunning = false;
    if (error instanceof EngineError && draft.changes.length === 0) {
      item.committed?.(error); // refused before anything was changed
      return;
    }
    if (error !== null) {
      // The state may hold half of what the task meant to do: it is loaded again, the task done over.
      reportBrokenTask(run(), error);
      refusal = toError(error);
      refused.push(item);
      void reloadWhenAnswered();
      return;
    }
    if (refused.length > 0) {
      // Built on a state that is about to be thrown away.
      refused.push(item);
      void reloadWhenAnswered();
      return;
    }
    if (run().isReleased) {
      // Parked, ended or taken away meanwhile: nothing more of it is written from here.
      item.committed?.(notWorkedOn(run()));
      return;
    }
    if (draft.changes.length === 0) {
      item.committed?.(null);
      return;
    }
    submit(item, draft);
  }

  function submit(item: Item, draft: Draft): void {
    const { runId, internals, state } = run();
    inCommit += 1;
    internals.queue.submit(runId, draft.changes, state.known).then(
      (outcome) => answered(item, draft, outcome),
      (error: unknown) => {
        inCommit -= 1;
        // Not even to be tried again: what is in memory was not saved, so nothing may build on it.
        if (!internals.isStopped()) internals.refused(runId, toError(error));
        giveUp(toError(error), [item]);
      },
    );
  }

  function answered(item: Item, draft: Draft, outcome: GroupOutcome): void {
    inCommit -= 1;
    if (outcome.ok) {
      refusals = 0;
      if (refused.length === 0) committed(run(), draft);
      item.committed?.(null);
      if (refused.length > 0) void reloadWhenAnswered();
      return;
    }
    refused.push(item);
    refusal = outcome.error;
    run().internals.ports.log("warn", "A group was refused; the run is loaded again.", {
      runId: run().runId,
      code: outcome.error.code,
      message: outcome.error.message,
    });
    void reloadWhenAnswered();
  }

  async function reloadWhenAnswered(): Promise<void> {
    if (inCommit > 0 || isRunning) return;
    refusals += 1;
    const { runId, internals } = run();
    isRunning = true;
    let state: RunState | null = null;
    try {
      if (refusals <= mostRefusals) state = await internals.reload(runId);
    } catch (error) {
      reportBrokenTask(run(), error);
      internals.ports.clock.setTimer(reloadAgainAfterMs, () => {
        isRunning = false;
        void reloadWhenAnswered();
      });
      return;
    }
    isRunning = false;
    const again = refused;
    refused = [];
    if (state === null) {
      const gone =
        refusal ?? new StorageError("CONFLICT", `Run ${runId} was changed by someone else.`);
      if (refusals > mostRefusals) internals.refused(runId, gone);
      giveUp(gone, again);
      return;
    }
    const notStarted = adopt(run(), state);
    // What was read may ask for more: handlers to start or abort, timers to set.
    committed(run(), { ...newDraft(), starting: [...notStarted] });
    if (run().isReleased) return;
    waiting.unshift(...again);
    if (waiting.length === 0) waiting.push({ task: () => undefined, committed: undefined });
    next();
  }

  function giveUp(error: Error, items: readonly Item[]): void {
    loseRun(run());
    for (const item of [...items, ...waiting.splice(0)]) item.committed?.(error);
  }

  return {
    add(task, whenCommitted) {
      waiting.push({ task, committed: whenCommitted });
      next();
    },
    reload() {
      refused.push({ task: () => undefined, committed: undefined });
      void reloadWhenAnswered();
    },
    get isBusy() {
      return isRunning || waiting.length > 0 || inCommit > 0 || refused.length > 0;
    },
  };
}

function notWorkedOn({ runId }: ActiveRun): EngineError {
  return new EngineError("CONFLICT", `Run ${runId} is not worked on any more.`);
}

function reportBrokenTask(run: ActiveRun, error: unknown): void {
  run.internals.ports.log("error", "A step of the engine failed; the run is loaded again.", {
    runId: run.runId,
    message: toError(error).stack ?? messageOf(error),
  });
}

/**
 * Takes over a state loaded anew; attempts that it does not know as running are ended. Answers the
 * running nodes whose handlers were not started yet.
 */
function adopt(run: ActiveRun, state: RunState): readonly LiveNode[] {
  state.runningSince = run.state.runningSince;
  run.state = state;
  const notStarted: LiveNode[] = [];
  for (const handle of run.attempts.values()) {
    const live = state.live.get(handle.index);
    const isKnown = live?.status === "running" && live.attemptNumber === handle.number;
    if (!isKnown) endAttempt(run, handle);
    else if (handle.abort === null) notStarted.push(live);
  }
  for (const live of state.live.values()) {
    const at = live.notBefore ?? expiryOf(live);
    if (at !== null) run.due.add(live.index, at);
  }
  return notStarted;
}

/** When an open question answers itself. */
export function expiryOf(live: {
  readonly question: { readonly expiresAt?: string | undefined } | null;
}): number | null {
  const expiresAt = live.question?.expiresAt;
  return expiresAt === undefined ? null : Date.parse(expiresAt);
}

/** Aborts an attempt whose result nobody waits for any more, and gives its slot back. */
export function endAttempt(run: ActiveRun, handle: AttemptHandle): void {
  if (run.attempts.get(handle.index) !== handle) return;
  run.attempts.delete(handle.index);
  handle.timer?.cancel();
  if (!handle.isOver) {
    handle.isOver = true;
    handle.abort?.abort();
  }
  run.internals.slots.release(handle.type);
}

/** The run is not this engine's any more: its handlers are aborted, nothing of it is written. */
export function loseRun(run: ActiveRun): void {
  for (const handle of run.attempts.values()) endAttempt(run, handle);
  releaseRun(run);
}

export function releaseRun(run: ActiveRun): void {
  if (run.isReleased) return;
  run.isReleased = true;
  run.dueTimer?.cancel();
  run.limitTimer?.cancel();
  run.forcedEndTimer?.cancel();
  run.internals.released(run);
}
