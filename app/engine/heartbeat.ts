import { messageOf } from "./to-error.ts";
import { isBrokenStorageError, StorageError } from "../storage/storage-error.ts";
import type { ActiveRun, EngineInternals } from "./active-run.ts";
import type { Timer } from "./clock.ts";
import { timestamp } from "./clock.ts";
import { fireDue } from "./create-active-run.ts";

/**
 * Every `heartbeatIntervalMs` one beat for the engine and all its runs, also while handlers work for
 * hours. The answer says what the runs look like in the database: one that was changed from outside is
 * loaded again, and the change is obeyed.
 */
export function startHeartbeat(options: {
  readonly internals: EngineInternals;
  readonly activeRuns: () => Iterable<ActiveRun>;
  /** After each beat: queued runs may have appeared, put there by someone else. */
  readonly afterBeat: () => void;
  readonly onFenced: (error: StorageError) => void;
  /** The data is damaged. */
  readonly onBroken: (error: StorageError) => void;
}): { stop(): void } {
  const { internals } = options;
  const { clock, storage, fence, log } = internals.ports;
  let timer: Timer | null = null;
  let isStopped = false;

  function schedule(): void {
    if (!isStopped)
      timer = clock.setTimer(internals.options.heartbeatIntervalMs, () => void beat());
  }

  async function beat(): Promise<void> {
    try {
      const owned = new Map(
        (
          await internals.queue.between(() =>
            storage.heartbeatWorkflow(fence, timestamp(clock.now())),
          )
        ).map((run) => [run.runId, run]),
      );
      for (const run of options.activeRuns()) {
        if (run.tasks.isBusy || run.state.status !== "running") continue;
        const row = owned.get(run.runId);
        if (row === undefined || row.revision !== run.state.known.revision) run.tasks.reload();
        else fireDue(run);
      }
      options.afterBeat();
    } catch (error) {
      if (error instanceof StorageError && error.code === "FENCED") options.onFenced(error);
      else if (isBrokenStorageError(error)) options.onBroken(error);
      else log("warn", "A heartbeat could not be written.", { message: messageOf(error) });
    }
    schedule();
  }

  schedule();
  return {
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}
