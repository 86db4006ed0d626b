import { toError } from "./to-error.ts";
import type { Actor } from "../model/actor.ts";
import type { WorkflowRun } from "../model/workflow-run.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { ActiveRun, EngineInternals } from "./active-run.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { EndContext } from "./end-node.ts";
import { EngineError } from "./engine-error.ts";
import { loadRunState } from "./load-run.ts";
import type { PlanCache } from "./plan-cache.ts";
import type { Draft, RunState } from "./run-state.ts";
import { newDraft } from "./run-state.ts";

/** What a person's actions on a run need. */
export interface ActionContext {
  readonly internals: EngineInternals;
  readonly dispatcher: Dispatcher;
  readonly plans: PlanCache;
}

export async function requireRun(
  { internals }: ActionContext,
  runId: string,
): Promise<WorkflowRun> {
  const run = await internals.ports.storage.getRun(runId);
  if (run === null) throw new EngineError("NOT_FOUND", `There is no run ${runId}.`);
  return run;
}

/** How often an action is tried again when the run changed while it was prepared. */
const mostTries = 5;

/**
 * Does a person's action where the run is: through the tasks of a run that this engine works on, or
 * directly on the rows of one that nobody works on. When the run moves from one to the other
 * meanwhile, the action is prepared again.
 */
export async function actOnRun(
  context: ActionContext,
  runId: string,
  action: {
    active(run: ActiveRun, draft: Draft): void | Promise<void>;
    detached(run: WorkflowRun): Promise<void>;
  },
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const active = context.dispatcher.active.get(runId);
      if (active !== undefined && !active.isReleased) {
        await addTask(active, (draft) => action.active(active, draft));
      } else {
        await action.detached(await requireRun(context, runId));
      }
      return;
    } catch (error) {
      const isMissed =
        error instanceof RunMovedError ||
        (error instanceof StorageError && error.code === "CONFLICT");
      if (!isMissed || tries >= mostTries) throw error;
    }
  }
}

/** The run was parked, ended or taken away before the action's turn came. */
class RunMovedError extends EngineError {
  constructor(runId: string) {
    super("CONFLICT", `Run ${runId} changed at the same moment. Look at it and try again.`);
    this.name = "RunMovedError";
  }
}

export function addTask(
  run: ActiveRun,
  task: (draft: Draft) => void | Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (run.isReleased) {
      reject(new RunMovedError(run.runId));
      return;
    }
    run.tasks.add(
      (draft) => {
        if (run.state.status !== "running") throw new RunMovedError(run.runId);
        return task(draft);
      },
      (error) => {
        if (error === null) resolve();
        else if (run.isReleased && error instanceof EngineError) {
          reject(new RunMovedError(run.runId));
        } else reject(toError(error));
      },
    );
  });
}

/** Loads a run that nobody works on, lets `change` fill a draft, and commits it as one group. */
export async function changeDetached(
  context: ActionContext,
  run: WorkflowRun,
  change: (state: RunState, draft: Draft) => void | Promise<void>,
): Promise<void> {
  const { internals, plans } = context;
  const { storage } = internals.ports;
  const plan = await plans.get(run.definitionHash);
  const state = await loadRunState(storage, plan, run);
  const draft = newDraft();
  await change(state, draft);
  await commitDraft(context, run.runId, draft, state);
}

export async function commitDraft(
  { internals, dispatcher }: ActionContext,
  runId: string,
  draft: Draft,
  state: Pick<RunState, "known" | "status">,
): Promise<void> {
  if (draft.changes.length === 0) return;
  const outcome = await internals.queue.submit(runId, draft.changes, state.known);
  if (!outcome.ok) throw outcome.error;
  const { lastSeq } = outcome;
  internals.bus.publish({ kind: "committed", runId, lastSeq, status: state.status });
  dispatcher.nudge();
}

export function endContextFor({ internals }: ActionContext, actor: Actor): EndContext {
  return { actor, isolate: internals.isolate };
}
