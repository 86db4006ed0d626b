/** Calls back when the page has nothing else to do; returns what takes that back. */
export type WaitForIdle = (run: (leftMs: () => number) => void) => () => void;

/** Work in small pieces that never holds a frame. */
export interface IdleWork {
  /** There is something to do again. */
  wake(): void;
  stop(): void;
}

/** `doPiece` does a small piece of the work and says whether there was one. Each callback does at least one. */
export function createIdleWork(options: {
  readonly doPiece: () => boolean;
  readonly waitForIdle: WaitForIdle;
}): IdleWork {
  const { doPiece, waitForIdle } = options;
  let takeBack: (() => void) | null = null;
  const wake = (): void => {
    takeBack ??= waitForIdle((leftMs) => {
      takeBack = null;
      let isLeft = doPiece();
      while (isLeft && leftMs() > 0) isLeft = doPiece();
      if (isLeft) wake();
    });
  };
  return {
    wake,
    stop() {
      takeBack?.();
      takeBack = null;
    },
  };
}

const sliceMs = 4;
/** A page that is never idle gives a slice all the same, this often. */
const longestWaitMs = 100;

/** A short slice when the browser is idle; where it does not say so, after a short pause. */
export const waitForIdle: WaitForIdle = (run) => {
  const runSlice = (): void => {
    const startMs = performance.now();
    run(() => sliceMs - (performance.now() - startMs));
  };
  if (typeof window.requestIdleCallback === "function") {
    const handle = window.requestIdleCallback(runSlice, { timeout: longestWaitMs });
    return () => window.cancelIdleCallback(handle);
  }
  const timer = window.setTimeout(runSlice, longestWaitMs);
  return () => window.clearTimeout(timer);
};
