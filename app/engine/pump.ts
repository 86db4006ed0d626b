import type { ActiveRun } from "./active-run.ts";
import { expiryOf } from "./active-run.ts";
import { loadInput } from "./load-input.ts";
import { progressState } from "./ready-nodes.ts";
import { planNode } from "./run-plan.ts";
import type { Draft } from "./run-state.ts";
import { queueNode, startNode } from "./start-node.ts";

/** Bounds of what one group starts and queues, so that no group blocks the thread for long. */
const mostStartsAtOnce = 256;
const mostQueuedAtOnce = 256;
/** How far behind a node whose type has no free slot another one is looked for. */
const mostPassedOver = 64;

/**
 * Starts ready nodes while there are slots, within the run's own limit, its node types' and the
 * engine's. What has to wait gets a queued row, in portions.
 */
export function pump(
  run: ActiveRun,
  draft: Draft,
  budget = mostStartsAtOnce,
): void | Promise<void> {
  while (budget > 0) {
    const index = takeReadyAtOnce(run) ?? takeStartable(run);
    if (index === undefined) break;
    budget -= 1;
    const started = start(run, draft, index);
    if (started instanceof Promise) {
      const left = budget;
      return started.then(() => (run.state.closing === null ? pump(run, draft, left) : undefined));
    }
    // Closing began: a failing input under `onError: fail`.
    if (run.state.closing !== null) return;
  }
  if (run.isQueueTurn) queueWaiting(run, draft);
  if (budget === 0 || run.state.ready.size > 0) schedulePump(run);
}

/** Calls the pump again in the next turn, in a group of its own. */
export function schedulePump(run: ActiveRun): void {
  if (run.isPumpScheduled) return;
  run.isPumpScheduled = true;
  run.internals.ports.clock.nextTurn(() => {
    run.isPumpScheduled = false;
    if (run.isReleased) return;
    run.tasks.add(() => {
      run.isQueueTurn = true;
    });
  });
}

/** The next delay or approval that has not begun. */
function takeReadyAtOnce(run: ActiveRun): number | undefined {
  for (;;) {
    const index = run.state.readyAtOnce.shift();
    if (index === undefined || isWaitingToStart(run, index)) return index;
  }
}

/** The next node that may start now; its slot is taken. */
function takeStartable(run: ActiveRun): number | undefined {
  const { state, attempts, internals } = run;
  const passedOver: number[] = [];
  let found: number | undefined;
  while (passedOver.length < mostPassedOver) {
    if (attempts.size >= state.plan.definition.limits.maxConcurrentNodes) break;
    const index = state.queued.shift() ?? state.ready.shift();
    if (index === undefined) break;
    if (!isWaitingToStart(run, index)) continue;
    const { type } = planNode(state.plan, index).type;
    if (internals.slots.tryAcquire(type)) {
      found = index;
      break;
    }
    passedOver.push(index);
  }
  if (passedOver.length > 0) callWhenFree(run);
  for (let item = passedOver.pop(); item !== undefined; item = passedOver.pop()) {
    (state.live.has(item) ? state.queued : state.ready).unshift(item);
  }
  return found;
}

/** Held up by the limits of all runs together: another run's end makes room. */
function callWhenFree(run: ActiveRun): void {
  if (run.isWaitingForSlot) return;
  run.isWaitingForSlot = true;
  run.internals.slots.onFree(() => {
    run.isWaitingForSlot = false;
    schedulePump(run);
  });
}

function isWaitingToStart({ state, attempts }: ActiveRun, index: number): boolean {
  if (state.progress.state[index] === progressState.ready) return true;
  const live = state.live.get(index);
  return live?.status === "queued" && live.notBefore === null && !attempts.has(index);
}

function start(run: ActiveRun, draft: Draft, index: number): void | Promise<void> {
  const { state, internals } = run;
  const live = state.live.get(index);
  const { type, kind } = planNode(state.plan, index).type;
  const giveBack = (error: unknown): never => {
    if (kind === "handler") internals.slots.release(type);
    throw error;
  };
  try {
    const started =
      live?.isInputStored === true && live.input === null
        ? loadInput(internals.ports.storage, live).then(() => startLoaded(run, draft, index))
        : startLoaded(run, draft, index);
    return started instanceof Promise ? started.catch(giveBack) : started;
  } catch (error) {
    return giveBack(error);
  }
}

function startLoaded(run: ActiveRun, draft: Draft, index: number): void | Promise<void> {
  const { state, internals } = run;
  const { type } = planNode(state.plan, index).type;
  const isHandler = planNode(state.plan, index).type.kind === "handler";
  const before = draft.starting.length;
  const finish = (): void => {
    const started = draft.starting[before];
    if (started !== undefined) {
      run.attempts.set(index, {
        index,
        nodeExecutionId: started.nodeExecutionId,
        number: started.attemptNumber,
        type,
        abort: null,
        timer: null,
        isOver: false,
        hasChildProcess: false,
      });
      return;
    }
    // It asks a person, or failed before it began: the slot is free again.
    if (isHandler) internals.slots.release(type);
    const live = state.live.get(index);
    const at = live === undefined ? null : (live.notBefore ?? expiryOf(live));
    if (at !== null) run.due.add(index, at);
  };
  const result = startNode(state, draft, index, run.startContext);
  if (result instanceof Promise) return result.then(finish);
  finish();
}

/** Gives nodes that did not start in the turn in which they became ready their queued row. */
function queueWaiting(run: ActiveRun, draft: Draft): void {
  const { state } = run;
  run.isQueueTurn = false;
  for (let queued = 0; queued < mostQueuedAtOnce;) {
    const index = state.ready.shift();
    if (index === undefined) return;
    if (state.progress.state[index] !== progressState.ready) continue;
    queueNode(state, draft, index, run.startContext);
    state.queued.push(index);
    queued += 1;
  }
}
