import { statSync } from "node:fs";
import type { OnCoreProgress } from "./core-step.ts";

const lookEveryMs = 250;

/**
 * Passes a start's progress on; while a file grows that the core's thread is busy to write, it looks at its
 * size from this one. `stop` when the start has ended, well or not.
 */
export function watchGrowingFile(onProgress: OnCoreProgress): {
  readonly tell: OnCoreProgress;
  readonly stop: () => void;
} {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearInterval(timer);
  return {
    stop,
    tell(step, amount) {
      stop();
      onProgress(step, amount);
      const { file } = amount ?? {};
      if (amount === undefined || file === undefined) return;
      timer = setInterval(() => {
        // `stat` opens no handle: the database keeps its locks.
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        onProgress(step, { ...amount, done: Math.min(size, amount.total) });
      }, lookEveryMs);
    },
  };
}
