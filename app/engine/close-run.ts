import type { Actor } from "../model/actor.ts";
import { isTerminal } from "../model/job.ts";
import type { Closing, WorkflowRun } from "../model/workflow-run.ts";
import type { ActionContext } from "./detached-run.ts";
import { actOnRun, changeDetached } from "./detached-run.ts";
import { EngineError } from "./engine-error.ts";
import type { EndRunRequest } from "./engine-requests.ts";
import type { Draft, RunState } from "./run-state.ts";
import { identityOf } from "./run-state.ts";

/** Cancels a run in any unfinished state. One that is worked on ends within 30 s. */
export function cancelRun(context: ActionContext, request: EndRunRequest): Promise<void> {
  const reason = request.reason ?? "cancelled by a person";
  return closeRun(context, request, { to: "cancelled", reason });
}

/** Marks an unfinished run failed. */
export function failRun(context: ActionContext, request: EndRunRequest): Promise<void> {
  const reason = request.reason ?? "marked failed by a person";
  return closeRun(context, request, {
    to: "failed",
    reason,
    error: { code: "MARKED_FAILED", message: reason },
  });
}

function closeRun(context: ActionContext, request: EndRunRequest, closing: Closing): Promise<void> {
  const { runId, actor } = request;
  return actOnRun(context, runId, {
    active(run, draft) {
      if (run.state.closing !== null) throw alreadyClosing(runId, run.state.closing);
      run.state.closing = closing;
      draft.changes.push({ change: "runClosing", closing, actor });
    },
    async detached(run) {
      refuseEnded(run);
      if (run.status === "running") {
        // Its owner is about to work on it: it sees the closing at its next transition.
        await commitClosing(context, run, closing, actor);
        return;
      }
      await changeDetached(context, run, (state, draft) =>
        endDetached(state, draft, closing, actor),
      );
    },
  });
}

/**
 * A run without an owner ends at once: the decision, its nodes and the run in one group. One that was
 * closing already ends as that was decided: the first closing wins.
 */
export function endDetached(state: RunState, draft: Draft, wanted: Closing, actor: Actor): void {
  const closing = state.closing ?? wanted;
  if (state.closing === null) draft.changes.push({ change: "runClosing", closing, actor });
  for (const live of state.live.values()) {
    const marksFailed = closing.to === "failed" && live.status === "stalled";
    draft.changes.push({
      change: "nodeStatus",
      ...identityOf(state, live),
      from: live.status,
      to: marksFailed ? "failed" : "cancelled",
      reason: closing.reason,
      ...(marksFailed && closing.error !== undefined ? { error: closing.error } : {}),
      actor,
    });
  }
  draft.changes.push({
    change: "runStatus",
    from: state.status,
    to: closing.to,
    reason: closing.reason,
    metrics: { ...state.metrics, durationMs: state.runningMs },
    ...(closing.error === undefined ? {} : { error: closing.error }),
    actor,
  });
  state.status = closing.to;
}

async function commitClosing(
  { internals }: ActionContext,
  run: WorkflowRun,
  closing: Closing,
  actor: Actor,
): Promise<void> {
  const { lastSeq, revision } = run;
  const outcome = await internals.queue.submit(
    run.runId,
    [{ change: "runClosing", closing, actor }],
    { lastSeq, revision },
  );
  if (!outcome.ok) throw outcome.error;
}

function refuseEnded(run: WorkflowRun): void {
  if (isTerminal(run.status)) {
    throw new EngineError("CONFLICT", `Run ${run.runId} is ${run.status} already.`, {
      status: run.status,
    });
  }
  if (run.closing !== null && run.status === "running")
    throw alreadyClosing(run.runId, run.closing);
}

function alreadyClosing(runId: string, closing: Closing): EngineError {
  return new EngineError("CONFLICT", `Run ${runId} is closing already: ${closing.reason}.`, {
    to: closing.to,
  });
}
