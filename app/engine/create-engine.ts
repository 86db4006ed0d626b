import { messageOf, toError } from "./to-error.ts";
import { isTerminal } from "../model/job.ts";
import type { JobState } from "../model/job.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { EngineInternals } from "./active-run.ts";
import { loseRun } from "./active-run.ts";
import { answerNode } from "./answer-node.ts";
import { timestamp } from "./clock.ts";
import { cancelRun, failRun } from "./close-run.ts";
import { createCommitQueue } from "./commit-queue.ts";
import type { ActionContext } from "./detached-run.ts";
import { addTask, commitDraft, requireRun } from "./detached-run.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { Engine } from "./engine.ts";
import { EngineError } from "./engine-error.ts";
import type { EngineOptions, EnginePorts } from "./engine-ports.ts";
import { defaultEngineOptions } from "./engine-ports.ts";
import type { AnnotateRunRequest } from "./engine-requests.ts";
import { createEventBus } from "./event-bus.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { loadRunState } from "./load-run.ts";
import { createLogBuffer } from "./log-buffer.ts";
import { withPatientReads } from "./patient-reads.ts";
import { hearCommits } from "./outside-commits.ts";
import { createPlanCache } from "./plan-cache.ts";
import { resumeRun } from "./resume-run.ts";
import { forkRun, rerun, retryRun } from "./run-again.ts";
import type { RunState } from "./run-state.ts";
import { newDraft } from "./run-state.ts";
import { beforeTheFirstShare, shareLimits } from "./share-limits.ts";
import { createSlots } from "./slots.ts";
import { startRun } from "./start-run.ts";

/** How long a stop waits for writes that are under way before it gives up on a clean mark. */
const longestFlushMs = 5_000;

/** Puts an engine together. It beats from now on, and claims runs after `start()`. */
export function createEngine(given: EnginePorts, overrides: Partial<EngineOptions> = {}): Engine {
  const ports = { ...given, storage: withPatientReads(given.storage, given.clock) };
  const options: EngineOptions = { ...defaultEngineOptions, ...overrides };
  const { storage, fence, clock, log } = ports;
  let isDraining = false;
  let isStopped = false;
  let fencedBy: StorageError | null = null;
  const broken = Promise.withResolvers<StorageError>();

  const bus = createEventBus((error) =>
    log("error", "A listener failed.", { message: messageOf(error) }),
  );
  const queue = createCommitQueue({
    storage,
    fewestBeside: options.fewestBeside,
    fence,
    clock,
    onPause(error) {
      log("error", "Storage cannot write; work is paused.", {
        code: error.code,
        message: error.message,
      });
      bus.publish({ kind: "notice", code: `STORAGE_${error.code}`, message: pauseMessage(error) });
    },
    onContinue() {
      bus.publish({
        kind: "notice",
        code: "STORAGE_OK",
        message: "Storage works again; work goes on.",
      });
    },
    onFenced: stopFenced,
    onBroken: stopBroken,
  });
  const plans = createPlanCache(storage, ports.registry);
  const internals: EngineInternals = {
    ports,
    options,
    queue,
    bus,
    slots: createSlots(
      ports.limitShares === undefined
        ? { total: options.maxConcurrentNodes, byType: options.maxConcurrentByType }
        : beforeTheFirstShare(options),
    ),
    isolate: ports.isolate,
    logs: createLogBuffer(storage, clock, (error) =>
      log("warn", "Node logs could not be written.", { message: messageOf(error) }),
    ),
    isDraining: () => isDraining || isStopped,
    isStopped: () => isStopped,
    released: (run) => dispatcher.released(run),
    refused: (runId, reason) => dispatcher.refuse(runId, reason),
    reload,
  };
  const dispatcher = createDispatcher(internals, plans);
  const context: ActionContext = { internals, dispatcher, plans };
  const sharing =
    ports.limitShares === undefined
      ? null
      : shareLimits({
          shares: ports.limitShares,
          internals,
          onRoom: () => dispatcher.nudge(),
        });
  const heartbeat = startHeartbeat({
    internals,
    activeRuns: () => dispatcher.active.values(),
    afterBeat() {
      void sharing?.renew();
      dispatcher.nudge();
    },
    onFenced: stopFenced,
    onBroken: stopBroken,
  });

  async function reload(runId: string): Promise<RunState | null> {
    if (isStopped) return null;
    const run = await storage.getRun(runId);
    if (run === null || run.status !== "running" || run.ownerInstanceId !== fence.instanceId)
      return null;
    return loadRunState(storage, await plans.get(run.definitionHash), run);
  }

  /** A newer engine took over: nothing is written any more, every handler is told to end. */
  function stopFenced(error: StorageError): void {
    if (fencedBy !== null) return;
    fencedBy = error;
    shutDown();
    for (const run of dispatcher.active.values()) loseRun(run);
    log("error", "Another copy took over; this engine stopped.", { message: error.message });
    bus.publish({ kind: "notice", code: "FENCED", message: "Another copy took over." });
  }

  /** What is committed stands; on damaged data nothing is written any more. */
  function stopBroken(error: StorageError): void {
    if (isStopped) return;
    shutDown();
    for (const run of dispatcher.active.values()) loseRun(run);
    log("error", "The data is damaged; this engine stopped.", { message: error.message });
    bus.publish({ kind: "notice", code: `STORAGE_${error.code}`, message: error.message });
    broken.resolve(error);
  }

  function shutDown(): void {
    isStopped = true;
    heartbeat.stop();
    sharing?.stop();
    dispatcher.stop();
  }

  async function accepted<T>(work: () => Promise<T>): Promise<T> {
    if (fencedBy !== null)
      throw new EngineError("UNAVAILABLE", "Another copy took over.", null, fencedBy);
    if (isDraining || isStopped) throw new EngineError("UNAVAILABLE", "The engine is stopping.");
    return work();
  }

  return {
    fence,
    startRun: (request) => accepted(() => startRun(context, request)),
    resumeRun: (request) => accepted(() => resumeRun(context, request)),
    cancelRun: (request) => accepted(() => cancelRun(context, request)),
    failRun: (request) => accepted(() => failRun(context, request)),
    answer: (request) => accepted(() => answerNode(context, request)),
    retryRun: (request) => accepted(() => retryRun(context, request)),
    rerun: (request) => accepted(() => rerun(context, request)),
    forkRun: (request) => accepted(() => forkRun(context, request)),
    annotateRun: (request) => accepted(() => annotateRun(context, request)),
    waitForRun: (runId, wait) => waitForRun(context, runId, wait?.untilParked ?? false),
    giveUp: (reason) =>
      stopFenced(new StorageError("FENCED", messageOf(reason), { cause: reason })),
    heard: (commits) => hearCommits(context, commits),
    subscribe: (listener) => bus.subscribe(listener),
    start: () => dispatcher.start(),
    broken: broken.promise,
    forcedEndMs: options.forcedEndMs,
    get activeRuns() {
      return dispatcher.active.size;
    },
    isActive: (runId) => dispatcher.active.has(runId),
    async stop({ drainMs }) {
      if (isStopped) return;
      isDraining = true;
      const attemptsInFlight = (): boolean =>
        [...dispatcher.active.values()].some((run) => run.attempts.size > 0 || run.tasks.isBusy);
      await waitUntil(() => !attemptsInFlight(), drainMs);
      shutDown();
      await Promise.race([dispatcher.idle(), sleep(longestFlushMs)]);
      for (const run of dispatcher.active.values()) loseRun(run);
      await Promise.race([queue.idle(), sleep(longestFlushMs)]);
      await internals.logs.flush();
      if (fencedBy !== null || queue.isPaused) return;
      const report = await storage.recoverInterruptedRuns({
        fence,
        at: timestamp(clock.now()),
        thresholdSecs: 0,
        bootId: "",
        scope: "quit",
      });
      await storage.markInstanceClean(fence, timestamp(clock.now()));
      for (const { runId } of [...report.stalled, ...report.ended]) {
        const run = await storage.getRun(runId);
        if (run === null) continue;
        bus.publish({ kind: "committed", runId, lastSeq: run.lastSeq, status: run.status });
      }
      bus.publish({ kind: "notice", code: "STOPPED", message: "The engine stopped." });
    },
  };

  function sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      clock.setTimer(delayMs, resolve);
    });
  }

  async function waitUntil(isDone: () => boolean, longestMs: number): Promise<void> {
    const end = clock.monotonic() + longestMs;
    while (!isDone() && clock.monotonic() < end) await sleep(Math.min(20, longestMs));
  }
}

function pauseMessage({ code, message }: StorageError): string {
  if (code === "FULL") return "Disk is full. Work is paused, nothing was lost. Free some space.";
  if (code === "BUSY") {
    return "Another program is using the data file. Work is paused, nothing was lost.";
  }
  return `Storage error (${message}). Work is paused, nothing was lost.`;
}

async function annotateRun(context: ActionContext, request: AnnotateRunRequest): Promise<void> {
  const { runId, actor } = request;
  const change = {
    change: "runAnnotated" as const,
    ...(request.pinned === undefined ? {} : { pinned: request.pinned }),
    ...(request.tags === undefined ? {} : { tags: request.tags }),
    actor,
  };
  const active = context.dispatcher.active.get(runId);
  if (active !== undefined) {
    await addTask(active, (draft) => {
      draft.changes.push(change);
    });
    return;
  }
  const { revision, lastSeq, status } = await requireRun(context, runId);
  const draft = newDraft();
  draft.changes.push(change);
  await commitDraft(context, runId, draft, { known: { revision, lastSeq }, status });
}

/** The states in which nothing goes on without a person. */
const waitingStates: ReadonlySet<JobState> = new Set([
  "awaiting_user",
  "awaiting_validation",
  "stalled",
  "poisoned",
]);

async function waitForRun(
  context: ActionContext,
  runId: string,
  untilParked: boolean,
): Promise<JobState> {
  const { internals } = context;
  const isSettled = (status: JobState, wakeAt: string | null): boolean =>
    isTerminal(status) ||
    waitingStates.has(status) ||
    (untilParked && status === "queued" && wakeAt !== null);
  return new Promise((resolve, reject) => {
    const unsubscribe = internals.bus.subscribe((signal) => {
      if (signal.kind === "committed" && signal.runId === runId && signal.status !== "running")
        look();
      if (signal.kind === "notice" && (signal.code === "FENCED" || signal.runId === runId))
        done(() => reject(new EngineError("UNAVAILABLE", signal.message)));
      // What the stop stalled is answered; what was still queued waits for the next start.
      else if (signal.kind === "notice" && signal.code === "STOPPED")
        look(new EngineError("UNAVAILABLE", signal.message));
    });
    const done = (finish: () => void): void => {
      unsubscribe();
      finish();
    };
    const look = (stopped: EngineError | null = null): void => {
      requireRun(context, runId).then(
        (run) => {
          if (isSettled(run.status, run.wakeAt)) done(() => resolve(run.status));
          else if (stopped !== null) done(() => reject(stopped));
        },
        (error: unknown) => done(() => reject(toError(error))),
      );
    };
    look();
  });
}
