import type { ActiveRun, EngineInternals } from "./active-run.ts";
import { createTaskQueue, expiryOf, releaseRun } from "./active-run.ts";
import { closeForLimit } from "./attempt-outcome.ts";
import { DueQueue } from "./due-queue.ts";
import { completeNode } from "./end-node.ts";
import { expire } from "./expire-question.ts";
import { createRunSecrets } from "./run-secrets.ts";
import type { Draft, RunState } from "./run-state.ts";
import { abortHandlers, startHandler } from "./run-handlers.ts";
import { settleRun } from "./settle-run.ts";
import { timestamp } from "./clock.ts";
import { planNode } from "./run-plan.ts";

/** How many timers of one run fire in one group. */
const mostDueAtOnce = 256;

/** Begins to work on a run; its claim is the caller's first task. */
export function createActiveRun(
  internals: EngineInternals,
  state: RunState,
  generations: ReadonlyMap<string, number>,
  asOf?: number,
): ActiveRun {
  const { ports, isolate } = internals;
  const run: ActiveRun = {
    runId: state.run.runId,
    internals,
    state,
    attempts: new Map(),
    due: new DueQueue(ports.clock),
    secrets: createRunSecrets(ports.secrets, state.plan.definition.secrets),
    startContext: {
      clock: ports.clock,
      isolate,
      digest: ports.digest,
      generationOf: (nodeId) => generations.get(nodeId) ?? 0,
    },
    endContext: { actor: { kind: "engine" }, isolate },
    tasks: createTaskQueue(() => run, settleRun, committed),
    dueTimer: null,
    dueTimerAt: null,
    limitTimer: null,
    forcedEndTimer: null,
    isPumpScheduled: false,
    isWaitingForSlot: false,
    isQueueTurn: false,
    isReleased: false,
  };
  state.runningSince = ports.clock.monotonic();
  for (const live of state.live.values()) {
    const at = live.notBefore ?? expiryOf(live);
    if (at !== null) run.due.add(live.index, at, asOf);
  }
  return run;
}

function committed(run: ActiveRun, draft: Draft): void {
  const { state, internals } = run;
  for (const live of draft.starting) startHandler(run, live);
  if (internals.bus.hasListeners) {
    const { runId } = run;
    internals.bus.publish({
      kind: "committed",
      runId,
      lastSeq: state.known.lastSeq,
      status: state.status,
    });
  }
  if (state.status !== "running") {
    releaseRun(run);
    return;
  }
  if (state.closing !== null) abortHandlers(run);
  armDueTimer(run);
  armLimitTimer(run);
}

/** Sets the timer for the run's earliest delay, retry or expiry. */
export function armDueTimer(run: ActiveRun): void {
  const first = run.due.first();
  if (first === null || run.isReleased || first.at === run.dueTimerAt) return;
  if (!mayFire(run)) return;
  run.dueTimer?.cancel();
  run.dueTimerAt = first.at;
  run.dueTimer = run.internals.ports.clock.setTimer(run.due.remainingMs() ?? 0, () => {
    run.dueTimer = null;
    run.dueTimerAt = null;
    fireDue(run);
  });
}

/** Also called by the beat: after the wall clock jumped, a timer may be due before its time. */
export function fireDue(run: ActiveRun): void {
  if (run.isReleased || !mayFire(run)) return;
  if (run.due.remainingMs() !== 0) {
    armDueTimer(run);
    return;
  }
  run.tasks.add(
    (draft) => takeDue(run, draft),
    () => armDueTimer(run),
  );
}

/** Not once it is parked: until that is committed its timers are its own, then the dispatcher's. */
function mayFire({ state, internals }: ActiveRun): boolean {
  return state.status === "running" && state.closing === null && !internals.isDraining();
}

async function takeDue(run: ActiveRun, draft: Draft): Promise<void> {
  const { state, due, internals } = run;
  if (!mayFire(run)) return;
  for (let taken = 0; taken < mostDueAtOnce; taken += 1) {
    const entry = due.takeDue();
    if (entry === null) return;
    const live = state.live.get(entry.index);
    if (live === undefined) continue;
    if (live.status === "queued" && live.notBefore === entry.at) {
      if (planNode(state.plan, live.index).type.kind === "delay") {
        const firedAt = timestamp(internals.ports.clock.now());
        const text = JSON.stringify({ dueAt: timestamp(entry.at), firedAt });
        const output = { text, ...internals.ports.digest(text) };
        await completeNode(state, draft, live, { output }, run.endContext);
      } else {
        live.notBefore = null;
        state.queued.push(live.index);
      }
    } else if (live.status === "awaiting_user" && expiryOf(live) === entry.at) {
      await expire(run, draft, live);
    }
  }
}

/** The run's time limit counts the time in which it was `running`, not the time in which it waited. */
function armLimitTimer(run: ActiveRun): void {
  const { timeoutMs } = run.state.plan.definition.limits;
  if (timeoutMs === undefined || run.limitTimer !== null) return;
  const remainingMs = Math.max(0, timeoutMs - run.state.runningMs);
  run.limitTimer = run.internals.ports.clock.setTimer(remainingMs, () => {
    run.tasks.add((draft) => {
      if (run.state.closing !== null || run.state.status !== "running") return;
      closeForLimit(run, draft, "TIME_LIMIT", `The run worked longer than ${timeoutMs} ms.`);
    });
  });
}
