import type { ApiError } from "../../app/contract/api-error.ts";
import type { InterruptedRun } from "../../app/contract/recovery.ts";
import { api } from "../api.ts";
import { runStore } from "../run-store.ts";

/** Each answers the error, or null when it was done; the panel is read again in both cases. */
export async function resumeRun(interrupted: InterruptedRun): Promise<ApiError | null> {
  return finish(await api.request("run.resume", { runId: interrupted.run.runId }));
}

export async function markFailed(interrupted: InterruptedRun): Promise<ApiError | null> {
  return finish(await api.request("run.fail", { runId: interrupted.run.runId }));
}

export async function cancelRun(interrupted: InterruptedRun): Promise<ApiError | null> {
  return finish(await api.request("run.cancel", { runId: interrupted.run.runId }));
}

export async function restartAsNew(interrupted: InterruptedRun): Promise<ApiError | null> {
  return finish(await api.request("run.rerun", { runId: interrupted.run.runId }));
}

export async function sayLater(runs: readonly InterruptedRun[]): Promise<ApiError | null> {
  const runIds = runs.map((interrupted) => interrupted.run.runId);
  return finish(await api.request("recovery.later", { runIds }));
}

function finish(
  answer: { readonly ok: true } | { readonly ok: false; readonly error: ApiError },
): ApiError | null {
  runStore.recovery.refresh();
  return answer.ok ? null : answer.error;
}
