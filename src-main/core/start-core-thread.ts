import { Worker } from "node:worker_threads";
import { keepCompiled } from "./compiled-sources.ts";
import { postHandingOver } from "./post-handing-over.ts";
import type { CorePort, CoreThreadStart, FromCore } from "./core-port.ts";

/** V8 lets the young generation of a busy worker grow by 100 MB for nothing (performance.md, Memory). */
const maxYoungGenerationSizeMb = 6;

export interface CoreThreadPort extends CorePort {
  /** For tests: as if the thread had died. */
  kill(): Promise<void>;
}

/** Starts a core in a worker thread of this process. */
export function startCoreThread(start: CoreThreadStart): CoreThreadPort {
  const worker = new Worker(new URL("core-thread.ts", import.meta.url), {
    workerData: start,
    execArgv: [...keepCompiled],
    resourceLimits: { maxYoungGenerationSizeMb },
  });
  let failure: unknown = null;
  worker.on("error", (error) => {
    failure = error;
  });
  return {
    post(message) {
      if (message.kind !== "message") return worker.postMessage(message);
      // What a socket read is the socket's: a copy changes hands.
      return postHandingOver(worker, { ...message, bytes: new Uint8Array(message.bytes) });
    },
    onMessage: (listener) => worker.on("message", (message: FromCore) => listener(message)),
    onExit: (listener) => worker.once("exit", () => listener(failure)),
    kill: async () => {
      await worker.terminate();
    },
  };
}
