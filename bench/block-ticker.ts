/** The longest time in which this thread did nothing but one turn of its event loop. */
export interface LongestBlock {
  readonly ms: number;
  /** How much of it was spent in a commit, waiting for the disk included. */
  readonly commitMs: number;
  /** The most that any turn took without its commit. */
  readonly otherMs: number;
}

/**
 * Measures every turn of this thread's event loop, until `stop`. Not with `monitorEventLoopDelay`: its
 * timer fires late and then once, which hides blocks.
 */
export function startBlockTicker(commitMs: () => number): { stop(): LongestBlock } {
  let longest: LongestBlock = { ms: 0, commitMs: 0, otherMs: 0 };
  let lastAt = performance.now();
  let lastCommitMs = commitMs();
  let isStopped = false;

  function look(): void {
    const at = performance.now();
    const committedMs = commitMs();
    const ms = at - lastAt;
    const inCommitMs = committedMs - lastCommitMs;
    const otherMs = Math.max(longest.otherMs, ms - inCommitMs);
    if (ms > longest.ms) longest = { ms, commitMs: inCommitMs, otherMs };
    else if (otherMs > longest.otherMs) longest = { ...longest, otherMs };
    lastAt = at;
    lastCommitMs = committedMs;
  }

  function tick(): void {
    if (isStopped) return;
    look();
    setImmediate(tick);
  }

  setImmediate(tick);
  return {
    stop() {
      look();
      isStopped = true;
      return longest;
    },
  };
}
