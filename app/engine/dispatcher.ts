import { messageOf, toError } from "./to-error.ts";
import { isTerminal, type JobState } from "../model/job.ts";
import type { Storage } from "../storage/storage.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import type { ActiveRun, EngineInternals } from "./active-run.ts";
import type { Timer } from "./clock.ts";
import { timestamp } from "./clock.ts";
import { createActiveRun } from "./create-active-run.ts";
import { loadRunState, nodeExecutionsOf } from "./load-run.ts";
import type { PlanCache } from "./plan-cache.ts";
import type { RunState } from "./run-state.ts";

/** Takes queued runs that are due, within the limit of concurrent runs, and works on them. */
export interface Dispatcher {
  readonly active: ReadonlyMap<string, ActiveRun>;
  /** Looks for queued runs soon: something was queued, a run ended, or a beat has passed. */
  nudge(): void;
  start(): void;
  readonly isStarted: boolean;
  readonly hasRoom: boolean;
  /** Works on a run that is about to be created; the caller's first task creates it. */
  adopt(run: ActiveRun): void;
  released(run: ActiveRun): void;
  /** The run is left alone until the next start, and the reason is said. */
  refuse(runId: string, reason: unknown): void;
  /** Resolves when no claim is under way. */
  idle(): Promise<void>;
  stop(): void;
}

interface DuePage {
  readonly now: string;
  readonly limit: number;
}

type DueList = (page: DuePage) => Promise<readonly string[]>;

/** A timer far away is looked at again after this time: Node's timers end at 2^31 ms. */
const longestSleepMs = 3_600_000;

/** Claims that load their runs side by side, and share a batch. */
const claimsAtOnce = 16;

export function createDispatcher(internals: EngineInternals, plans: PlanCache): Dispatcher {
  const { storage, clock, log, fence } = internals.ports;
  const active = new Map<string, ActiveRun>();
  /** Runs that cannot be worked on by this version of the app; said once. */
  const refused = new Set<string>();
  let isStarted = false;
  let isStopped = false;
  let isScheduled = false;
  let looking: Promise<void> | null = null;
  let wakeTimer: Timer | null = null;
  /** Timers up to this time are due, whatever the wall clock says; milliseconds since 1970. */
  let dueUntil = 0;

  const hasRoom = (): boolean => active.size < internals.options.maxConcurrentRuns;

  function nudge(): void {
    if (!isStarted || isStopped || isScheduled) return;
    isScheduled = true;
    clock.nextTurn(() => {
      isScheduled = false;
      if (looking !== null) {
        void looking.then(nudge);
        return;
      }
      looking = look()
        .catch((error: unknown) =>
          log("error", "Looking for queued runs failed.", { message: messageOf(error) }),
        )
        .finally(() => {
          looking = null;
        });
    });
  }

  function refuse(runId: string, reason: unknown): void {
    refused.add(runId);
    const message = messageOf(reason);
    log("error", "A run cannot be worked on.", { runId, message });
    internals.bus.publish({
      kind: "notice",
      code: "RUN_REFUSED",
      message: `Run ${runId}: ${message}`,
      runId,
    });
  }

  async function look(): Promise<void> {
    const asOf = Math.max(clock.now(), dueUntil);
    dueUntil = 0;
    const now = timestamp(asOf);
    for (const list of dueLists(internals)) {
      const room = internals.options.maxConcurrentRuns - active.size;
      if (room <= 0 || isStopped) return;
      // No more than can be taken: what is offered here is kept from other engines for a moment.
      const limit = room + refused.size;
      const due = await list({ now, limit });
      const free = due.filter((runId) => !active.has(runId) && !refused.has(runId)).slice(0, room);
      // Together, so that their commits share a batch; in portions, because each loads its run.
      for (let first = 0; first < free.length && !isStopped; first += claimsAtOnce)
        await allEnded(free.slice(first, first + claimsAtOnce).map((runId) => claim(runId, asOf)));
    }
    await setWakeTimer();
  }

  async function setWakeTimer(): Promise<void> {
    const wakeAt = await storage.nextWakeAt();
    wakeTimer?.cancel();
    wakeTimer = null;
    if (wakeAt === null || isStopped) return;
    const dueAt = Date.parse(wakeAt);
    const delayMs = dueAt - clock.now();
    // What is due and still there cannot be taken now: it is looked at again, but not at once.
    wakeTimer = clock.setTimer(Math.min(delayMs > 0 ? delayMs : 1_000, longestSleepMs), () => {
      // The wall clock may have been set back meanwhile: the wait is over by the monotonic one.
      if (delayMs > 0 && delayMs <= longestSleepMs) dueUntil = Math.max(dueUntil, dueAt);
      nudge();
    });
  }

  async function claim(runId: string, asOf: number): Promise<void> {
    const run = await storage.getRun(runId);
    if (run === null || isTerminal(run.status)) return;
    let state: RunState;
    let generations: ReadonlyMap<string, number>;
    try {
      const plan = await plans.get(run.definitionHash);
      state = await loadRunState(storage, plan, run);
      generations = await generationsOf(internals, run, state);
    } catch (error) {
      refuse(runId, error);
      return;
    }
    if (isStopped || active.has(runId) || !hasRoom()) return;
    const claimed = createActiveRun(internals, state, generations, asOf);
    active.set(runId, claimed);
    await new Promise<void>((resolve) => {
      claimed.tasks.add(
        (draft) => {
          const engine = { kind: "engine" } as const;
          if (run.status !== "queued") {
            const reason = "a timer is due";
            draft.changes.push({
              change: "runStatus",
              from: run.status,
              to: "queued",
              reason,
              actor: engine,
            });
          }
          draft.changes.push({
            change: "runStatus",
            from: "queued",
            to: "running",
            reason: "",
            owner: fence,
            actor: engine,
          });
          claimed.state.status = "running";
        },
        () => resolve(),
      );
    });
  }

  return {
    active,
    nudge,
    get isStarted() {
      return isStarted;
    },
    get hasRoom() {
      return hasRoom();
    },
    start() {
      isStarted = true;
      nudge();
    },
    refuse,
    adopt(run) {
      active.set(run.runId, run);
    },
    released(run) {
      if (active.get(run.runId) === run) active.delete(run.runId);
      nudge();
    },
    async idle() {
      while (looking !== null) await looking;
    },
    stop() {
      isStopped = true;
      wakeTimer?.cancel();
    },
  };
}

/** Throws the first error, once none is under way any more. */
async function allEnded(claims: readonly Promise<void>[]): Promise<void> {
  for (const claimed of await Promise.allSettled(claims))
    if (claimed.status === "rejected") throw toError(claimed.reason);
}

/** Where runs to claim come from: the queue and the waits that are due, or a few runs that are named. */
function dueLists({ ports, options }: EngineInternals): readonly DueList[] {
  const { storage } = ports;
  const { onlyRuns } = options;
  if (onlyRuns !== null) return [(page) => dueAmong([...onlyRuns], page, storage)];
  return [(page) => storage.listClaimableRuns(page), (page) => storage.listDueWaitingRuns(page)];
}

async function dueAmong(
  runIds: readonly string[],
  { now, limit }: DuePage,
  storage: Storage,
): Promise<readonly string[]> {
  const due: string[] = [];
  for (const runId of runIds) {
    if (due.length >= limit) break;
    const run = await storage.getRun(runId);
    if (run === null) continue;
    const { status, wakeAt } = run;
    const isDue = wakeAt !== null && wakeAt <= now;
    if (status === "queued" ? wakeAt === null || isDue : isWaiting(status) && isDue)
      due.push(runId);
  }
  return due;
}

function isWaiting(status: JobState): boolean {
  return status === "awaiting_user" || status === "awaiting_validation";
}

/**
 * The generation of each node that runs again on purpose: one more than in the run that this one came
 * from. A fork's nodes all do; a retry's, when they had completed and are not taken over.
 */
async function generationsOf(
  { ports }: EngineInternals,
  run: WorkflowRun,
  state: RunState,
): Promise<ReadonlyMap<string, number>> {
  const generations = new Map<string, number>();
  const { kind, sourceRunId } = run.trigger;
  if (sourceRunId === undefined || (kind !== "fork" && kind !== "retry")) return generations;
  for await (const row of nodeExecutionsOf(ports.storage, sourceRunId)) {
    const index = state.plan.indexById.get(row.nodePath);
    // Its own row carries its generation.
    if (index === undefined || state.live.has(index) || state.results.get(index) !== undefined)
      continue;
    const isAgain = kind === "fork" || row.status === "completed";
    generations.set(row.nodePath, row.generation + (isAgain ? 1 : 0));
  }
  return generations;
}
