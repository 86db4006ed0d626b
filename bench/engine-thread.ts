import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

/** MB. 6 would save 10 MB more, and cost a tenth of the speed. */
const youngGenerationMb = 16;
/** By default V8 lets the heap grow to four times what is in use before it collects. */
const heapGrowingPercent = 75;

export const heapSettings = `young generation ${youngGenerationMb} MB, heap growing by ${heapGrowingPercent}%`;

/**
 * Starts a thread for the engine and SQLite, with a heap that is collected early: by V8's defaults the
 * process grows by 80 MB of garbage. There is no limit of the whole heap, because payloads may be large.
 */
export function startEngineThread(url: URL, workerData: unknown): Worker {
  // Read when a heap is made, which is the thread's.
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
  return new Worker(url, {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  });
}
