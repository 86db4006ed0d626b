import { messageOf, toError } from "./to-error.ts";
import { AttemptAbort } from "./attempt-abort.ts";
import type { Failure } from "../model/failure.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { ActiveRun, AttemptHandle } from "./active-run.ts";
import { endAttempt, loseRun } from "./active-run.ts";
import { applyAttemptResult } from "./attempt-outcome.ts";
import { HandlerError } from "./handler-error.ts";
import type { AttemptResult, MetricsCounter } from "./run-attempt.ts";
import { AbortReason, createMetricsCounter, runAttempt } from "./run-attempt.ts";
import { loadInput } from "./load-input.ts";
import { createContext, type StoredSteps } from "./node-context.ts";
import { planNode } from "./run-plan.ts";
import type { LoadedSecrets } from "./run-secrets.ts";
import type { LiveNode } from "./run-state.ts";

/** Calls the handler of an attempt whose `running` is committed. */
export function startHandler(run: ActiveRun, live: LiveNode): void {
  const handle = run.attempts.get(live.index);
  if (handle === undefined || handle.number !== live.attemptNumber || handle.abort !== null) return;
  const abort = new AttemptAbort();
  handle.abort = abort;
  if (run.state.closing !== null) {
    over(run, handle, closedBeforeStart(run));
    return;
  }
  const { ports } = run.internals;
  const { timeoutMs } = planNode(run.state.plan, live.index).node;
  const startedAt = ports.clock.monotonic();
  const metrics = createMetricsCounter(() => ports.clock.monotonic() - startedAt);
  if (timeoutMs !== undefined) {
    handle.timer = ports.clock.setTimer(timeoutMs, () => {
      const error: Failure = {
        code: "TIMEOUT",
        message: `It took longer than ${timeoutMs} ms.`,
        retryable: true,
      };
      abort.abort(new AbortReason(error));
      over(run, handle, { kind: "failed", error, metrics: metrics.read() });
    });
  }
  if (run.secrets.isEmpty && !live.mayHaveSteps && live.input !== null) {
    call(run, live, handle, abort, metrics, null, noStored);
    return;
  }
  prepare(run, live).then(
    ([secrets, stored]) => call(run, live, handle, abort, metrics, secrets, stored),
    (error: unknown) => {
      const isDamage = error instanceof StorageError && error.code === "DAMAGED";
      if (error instanceof StorageError && !isDamage) storageFailed(run, handle, error);
      else over(run, handle, unprepared(error));
    },
  );
}

const noStored: StoredSteps = { steps: [], mayRepeatIntended: false };

async function prepare(
  run: ActiveRun,
  live: LiveNode,
): Promise<[LoadedSecrets | null, StoredSteps]> {
  const secrets = run.secrets.isEmpty ? null : await run.secrets.load();
  if (live.input === null) await loadInput(run.internals.ports.storage, live);
  if (!live.mayHaveSteps) return [secrets, noStored];
  const steps = await run.internals.ports.storage.listSubSteps(live.nodeExecutionId);
  const { mayRepeatIntended } = live;
  live.mayRepeatIntended = false; // one decision allows one attempt
  return [secrets, { steps, mayRepeatIntended }];
}

function call(
  run: ActiveRun,
  live: LiveNode,
  handle: AttemptHandle,
  abort: AttemptAbort,
  metrics: MetricsCounter,
  secrets: LoadedSecrets | null,
  stored: StoredSteps,
): void {
  if (handle.isOver || live.input === null) return;
  if (abort.isAborted) {
    over(run, handle, closedBeforeStart(run));
    return;
  }
  const plan = planNode(run.state.plan, live.index);
  const { digest } = run.internals.ports;
  const marker = secrets?.marker ?? null;
  let values: ReadonlyMap<string, string>;
  try {
    values = secrets === null ? noSecrets : secrets.pick(plan.input.secretNames);
  } catch (error) {
    over(run, handle, unprepared(error));
    return;
  }
  // After this attempt there may be stored sub-steps and a next attempt.
  live.mayHaveSteps = true;
  const attempt = {
    plan,
    input: live.input,
    context: createContext({ run, live, handle, abort, metrics, secrets, stored }),
    metrics,
    secrets: values,
    marker,
    digest,
  };
  try {
    const result = runAttempt(attempt);
    if (!(result instanceof Promise)) over(run, handle, result);
    else
      result.then(
        (value) => over(run, handle, value),
        (error: unknown) => storageFailed(run, handle, error),
      );
  } catch (error) {
    storageFailed(run, handle, error);
  }
}

/** Storage failed for good under a handler. No node fails of that: the run waits for the next start. */
function storageFailed(run: ActiveRun, handle: AttemptHandle, error: unknown): void {
  if (handle.isOver || run.isReleased || run.internals.isStopped()) return;
  run.internals.refused(run.runId, toError(error));
  loseRun(run);
}

const noSecrets: ReadonlyMap<string, string> = new Map();

/** Takes an attempt's result, once: what comes after a timeout, a cancel or a quit is dropped. */
function over(run: ActiveRun, handle: AttemptHandle, result: AttemptResult): void {
  if (handle.isOver) return;
  handle.isOver = true;
  handle.timer?.cancel();
  // At a quit the attempt stays open: the recovery routine closes it as interrupted.
  if (run.isReleased || run.internals.isStopped()) return;
  if (handle.hasChildProcess) forgetChildProcess(run, handle);
  run.tasks.add((draft) => {
    endAttempt(run, handle);
    return applyAttemptResult(run, draft, handle, result);
  });
}

function forgetChildProcess(run: ActiveRun, handle: AttemptHandle): void {
  const { storage, log } = run.internals.ports;
  storage.removeChildProcess(handle.nodeExecutionId).catch((error: unknown) => {
    // Harmless: at the next start the process is found to be gone.
    log("warn", "A child process could not be struck off.", {
      runId: run.runId,
      message: messageOf(error),
    });
  });
}

/** Tells every handler in flight to end; those that do not within `forcedEndMs` are given up. */
export function abortHandlers(run: ActiveRun): void {
  const { closing } = run.state;
  if (closing === null || run.forcedEndTimer !== null) return;
  const error: Failure = { code: "CANCELLED", message: closing.reason, retryable: false };
  for (const handle of run.attempts.values()) handle.abort?.abort(new AbortReason(error));
  const { clock } = run.internals.ports;
  run.forcedEndTimer = clock.setTimer(run.internals.options.forcedEndMs, () => {
    for (const handle of run.attempts.values()) {
      over(run, handle, { kind: "failed", error, metrics: createMetricsCounter(() => 0).read() });
    }
  });
}

function closedBeforeStart(run: ActiveRun): AttemptResult {
  const message = run.state.closing?.reason ?? "The run is closing.";
  const metrics = createMetricsCounter(() => 0).read();
  return { kind: "failed", error: { code: "CANCELLED", message, effectNotStarted: true }, metrics };
}

function unprepared(error: unknown): AttemptResult {
  const metrics = createMetricsCounter(() => 0).read();
  const message = messageOf(error);
  const code = error instanceof HandlerError ? error.code : "INTERNAL";
  const retryable = !(error instanceof HandlerError) || error.retryable;
  return { kind: "failed", error: { code, message, retryable, effectNotStarted: true }, metrics };
}
