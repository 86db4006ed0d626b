import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import type { LeaseMessage, LeaseThreadStart, LeaseTiming } from "./postgres-lease-thread.ts";

export interface Lease {
  close(): Promise<void>;
}

/** Lost 10 s before another engine may take over: handlers have that long to end. */
const defaultTiming: LeaseTiming = { renewEveryMs: 5_000, lostAfterMs: 20_000 };

/**
 * Keeps an engine's lease from a thread with a connection of its own: a blocked engine keeps what it owns. `onLost`
 * is called once, with FENCED, when another engine took over or may have.
 */
export function keepLease(
  lease: {
    readonly url: string;
    readonly fence: Fence;
    readonly timing?: LeaseTiming;
    readonly onRenewed?: () => void;
  },
  onLost: (error: Error) => void,
): Lease {
  const { url, fence, timing = defaultTiming } = lease;
  const start: LeaseThreadStart = { url, epoch: fence.epoch, timing };
  const worker = new Worker(new URL("./postgres-lease-thread.ts", import.meta.url), {
    workerData: start,
    name: "lease",
  });
  // The engine keeps the process alive, not its lease.
  worker.unref();
  let isOver = false;

  function lose(message: string): void {
    if (isOver) return;
    isOver = true;
    onLost(
      new StorageError("FENCED", `${message} This engine stops; its runs can be resumed.`, {
        details: { epoch: fence.epoch },
      }),
    );
  }

  worker.on("message", (message: LeaseMessage) => {
    if (message.kind === "lost") lose(message.message);
    else lease.onRenewed?.();
  });
  worker.on("error", (error: Error) => lose(`The lease's thread failed: ${error.message}.`));

  return {
    async close() {
      isOver = true;
      const ended = once(worker, "exit");
      worker.postMessage("close");
      worker.ref();
      const late = setTimeout(() => void worker.terminate(), 2_000);
      await ended;
      clearTimeout(late);
    },
  };
}
