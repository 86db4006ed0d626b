import type { Storage } from "../storage/storage.ts";
import { isTransientStorageError } from "../storage/storage-error.ts";
import type { Clock } from "./clock.ts";

/** The longest pause before a read is tried again, in milliseconds. */
const longestPauseMs = 2_000;

/**
 * The same storage, whose reads wait until storage can be read again. A busy or failing disk must never
 * become the failure of a node (reliability.md §2, 17); what can never be read still throws.
 */
export function withPatientReads(storage: Storage, clock: Clock): Storage {
  async function patiently<T>(read: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await read();
      } catch (error) {
        if (!isTransientStorageError(error)) throw error;
        await new Promise<void>((resolve) => {
          clock.setTimer(Math.min(100 * 2 ** failures, longestPauseMs), resolve);
        });
      }
    }
  }

  return {
    ...storage,
    getDefinition: (hash) => patiently(() => storage.getDefinition(hash)),
    getRun: (runId) => patiently(() => storage.getRun(runId)),
    getJob: (jobId) => patiently(() => storage.getJob(jobId)),
    getPayload: (slot) => patiently(() => storage.getPayload(slot)),
    getRunMetrics: (runId) => patiently(() => storage.getRunMetrics(runId)),
    listAttempts: (id) => patiently(() => storage.listAttempts(id)),
    listSubSteps: (id) => patiently(() => storage.listSubSteps(id)),
    listRunsOfJob: (jobId) => patiently(() => storage.listRunsOfJob(jobId)),
    listWorkflowNodeExecutions: (runId, page) =>
      patiently(() => storage.listWorkflowNodeExecutions(runId, page)),
    listClaimableRuns: (page) => patiently(() => storage.listClaimableRuns(page)),
    listDueWaitingRuns: (page) => patiently(() => storage.listDueWaitingRuns(page)),
    nextWakeAt: () => patiently(() => storage.nextWakeAt()),
  };
}
