import type { Engine } from "../../app/engine/engine.ts";
import type { EngineSignal } from "../../app/engine/event-bus.ts";
import type { JobState } from "../../app/model/job.ts";
import type { Storage } from "../../app/storage/storage.ts";
import type { RunUpdate } from "./run-update.ts";

export interface RunToFollow {
  readonly engine: Engine;
  readonly storage: Storage;
  readonly runId: string;
  /** Events up to this one are known already. */
  readonly after: number;
  /** Whoever follows may leave: then the answer is null, and the run goes on. */
  readonly gone?: AbortSignal;
  /** Called in order. While its promise is open, events wait and what may be lost is lost. */
  readonly onUpdate: (update: RunUpdate) => void | Promise<void>;
}

/** A timer that is due within this time is waited for; a farther one is not (milliseconds). */
const farAwayMs = 60_000;
const pageSize = 200;

/**
 * Hands on everything that happens to a run, from its stored history, until it ended, waits for a
 * person, stalled, or is parked on a timer more than a minute away; then resolves with its state. Rejects with
 * what stopped the engine when the data turns out to be damaged.
 */
export async function followRun(follow: RunToFollow): Promise<JobState | null> {
  const { engine, storage, runId, onUpdate, gone } = follow;
  let delivered = follow.after;
  let pumping: Promise<void> | null = null;
  let isStale = true;

  const deliverEvents = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      const page = await storage.listRunEvents(runId, { after: delivered, limit: pageSize });
      for (const event of page) {
        await onUpdate({ type: "event", event });
        delivered = event.seq;
      }
      if (page.length === pageSize) isStale = true;
    }
  };
  const pump = (): Promise<void> => {
    isStale = true;
    pumping ??= deliverEvents().finally(() => {
      pumping = null;
    });
    return pumping;
  };
  const failed = Promise.withResolvers<never>();
  // On damaged data nothing is committed any more: nobody would hear of the run again.
  void engine.broken.then(failed.reject);
  const left = Promise.withResolvers<null>();
  const leave = (): void => left.resolve(null);
  gone?.addEventListener("abort", leave);
  if (gone?.aborted === true) leave();
  const unsubscribe = engine.subscribe((signal) => {
    if (signal.kind === "committed") {
      if (signal.runId === runId) pump().catch(failed.reject);
      return;
    }
    const update = updateOf(signal, runId);
    // Outside history: what comes while the reader is busy is dropped.
    if (update !== null && pumping === null) {
      Promise.resolve(onUpdate(update)).catch(failed.reject);
    }
  });
  try {
    const state = await Promise.race([waitUntilSettled(follow), failed.promise, left.promise]);
    if (state === null) return null;
    await pump();
    // What was committed while the last page was being handed on.
    await pump();
    return state;
  } finally {
    unsubscribe();
    gone?.removeEventListener("abort", leave);
  }
}

async function waitUntilSettled({ engine, storage, runId }: RunToFollow): Promise<JobState> {
  for (;;) {
    const state = await engine.waitForRun(runId, { untilParked: true });
    if (state !== "queued") return state;
    const wakeAt = (await storage.getRun(runId))?.wakeAt ?? null;
    if (wakeAt === null || Date.parse(wakeAt) - Date.now() > farAwayMs) return state;
    await untilClaimed({ engine, storage, runId });
  }
}

/** Resolves at the run's next change: the engine claims a parked run when its timer is due. */
async function untilClaimed({
  engine,
  storage,
  runId,
}: Pick<RunToFollow, "engine" | "storage" | "runId">): Promise<void> {
  const changed = Promise.withResolvers<void>();
  const unsubscribe = engine.subscribe((signal) => {
    if (signal.kind === "committed" && signal.runId === runId) changed.resolve();
  });
  try {
    // It may have been claimed before anybody listened.
    if ((await storage.getRun(runId))?.status === "queued") await changed.promise;
  } finally {
    unsubscribe();
  }
}

function updateOf(
  signal: Exclude<EngineSignal, { kind: "committed" }>,
  runId: string,
): RunUpdate | null {
  if (signal.kind === "notice") {
    return { type: "notice", code: signal.code, message: signal.message };
  }
  if (signal.runId !== runId) return null;
  const { nodePath } = signal;
  if (signal.kind === "log") {
    return { type: "log", nodePath, level: signal.level, text: signal.text };
  }
  return { type: "progress", nodePath, fraction: signal.fraction, message: signal.message };
}
