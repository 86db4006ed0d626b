import type { Failure } from "../model/failure.ts";
import type { JobState } from "../model/job.ts";
import { encodeJson } from "../model/encode-json.ts";
import type { Payload } from "../model/json.ts";
import type { ChangeRunStatus } from "../storage/change.ts";
import type { ActiveRun } from "./active-run.ts";
import { after } from "./after.ts";
import { timestamp } from "./clock.ts";
import { scopeFor } from "./expression-scope-of.ts";
import { failureOf } from "./failure-of.ts";
import { pump } from "./pump.ts";
import type { Draft } from "./run-state.ts";
import { identityOf } from "./run-state.ts";

const engine = { kind: "engine" } as const;

/**
 * What follows from a change, in the same group: ready nodes are started as far as there are slots; a
 * run in which everything is decided ends; one that only waits is parked or waits for its person.
 */
export function settleRun(run: ActiveRun, draft: Draft): void | Promise<void> {
  if (run.state.status !== "running") return;
  if (run.state.closing !== null) return closeRun(run, draft);
  if (run.internals.isDraining()) return;
  return after(pump(run, draft), () => {
    // A failing input expression may have begun to close the run.
    if (run.state.closing !== null) return closeRun(run, draft);
    return finishOrWait(run, draft);
  });
}

/** Ends a closing run once no handler is in flight; until then its handlers are being aborted. */
function closeRun(run: ActiveRun, draft: Draft): void {
  const { state } = run;
  const { closing } = state;
  if (closing === null || run.attempts.size > 0) return;
  for (const live of state.live.values()) {
    draft.changes.push({
      change: "nodeStatus",
      ...identityOf(state, live),
      from: live.status,
      to: "cancelled",
      reason: closing.reason,
      actor: engine,
      ...(live.status === "running"
        ? { attempt: { number: live.attemptNumber, status: "cancelled" } }
        : {}),
    });
  }
  state.live.clear();
  endRun(
    run,
    draft,
    closing.to,
    closing.reason,
    closing.error === undefined ? {} : { error: closing.error },
  );
}

function finishOrWait(run: ActiveRun, draft: Draft): void | Promise<void> {
  const { state } = run;
  if (run.attempts.size > 0 || run.isPumpScheduled) return;
  if (state.ready.size + state.queued.size + state.readyAtOnce.size > 0) return;
  if (state.live.size === 0) return finish(run, draft);
  return wait(run, draft);
}

function finish(run: ActiveRun, draft: Draft): void | Promise<void> {
  const { state } = run;
  return after(evaluateOutput(run), (result) => {
    if ("error" in result) {
      endRun(run, draft, "failed", `The run's output failed: ${result.error.message}`, {
        error: result.error,
      });
      return;
    }
    const status = state.issues > 0 ? "completed_with_issues" : "completed";
    const reason =
      state.issues > 0 ? `${state.issues} of ${state.plan.nodes.length} nodes failed` : "";
    endRun(run, draft, status, reason, result.output === null ? {} : { output: result.output });
  });
}

type OutputResult = { readonly output: Payload | null } | { readonly error: Failure };

function evaluateOutput(run: ActiveRun): OutputResult | Promise<OutputResult> {
  const template = run.state.plan.output;
  if (template === null) return { output: null };
  return evaluateTemplate(run, template);
}

async function evaluateTemplate(
  run: ActiveRun,
  template: NonNullable<ActiveRun["state"]["plan"]["output"]>,
): Promise<OutputResult> {
  try {
    const scope = await scopeFor(run.state, null, template.nodeRefs);
    const value = await template.resolve(scope, run.internals.isolate);
    const text = encodeJson(value ?? null);
    return { output: { text, ...run.internals.ports.digest(text) } };
  } catch (error) {
    const failure = failureOf(error);
    return { error: { ...failure, code: "OUTPUT", pointer: `/output${failure.pointer ?? ""}` } };
  }
}

/** Nothing is in flight and nothing ready: only timers and people are waited for. */
function wait(run: ActiveRun, draft: Draft): void {
  const { state, due, internals } = run;
  const remainingMs = due.remainingMs();
  if (remainingMs !== null && remainingMs <= internals.options.parkAfterMs) return;
  const wakeAt = due.first()?.at ?? null;
  const waiting = new Set([...state.live.values()].map((live) => live.status));
  const wake = wakeAt === null ? {} : { wakeAt: timestamp(wakeAt) };
  if (waiting.has("awaiting_user")) {
    endRun(run, draft, "awaiting_user", "waiting for an answer", wake);
  } else if (waiting.has("awaiting_validation")) {
    endRun(run, draft, "awaiting_validation", "an output waits for approval", wake);
  } else if (wakeAt !== null) {
    endRun(run, draft, "queued", "waiting for a timer", wake);
  }
}

function endRun(
  run: ActiveRun,
  draft: Draft,
  to: JobState,
  reason: string,
  details: Pick<ChangeRunStatus, "wakeAt" | "output" | "error">,
): void {
  const { state, internals } = run;
  const durationMs = Math.round(
    state.runningMs + internals.ports.clock.monotonic() - state.runningSince,
  );
  draft.changes.push({
    change: "runStatus",
    from: "running",
    to,
    reason,
    actor: engine,
    metrics: { ...state.metrics, durationMs },
    ...details,
  });
  state.status = to;
}
