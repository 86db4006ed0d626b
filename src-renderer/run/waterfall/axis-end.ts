/**
 * Where the axis of a live run ends: it jumps ahead by 10% when "now" reaches it, so that bars grow
 * and the picture stands still in between.
 */
export function axisEndMs(options: {
  readonly startMs: number;
  readonly nowMs: number;
  readonly previousEndMs: number | null;
}): number {
  const { startMs, nowMs, previousEndMs } = options;
  if (previousEndMs !== null && previousEndMs > nowMs && previousEndMs > startMs) {
    return previousEndMs;
  }
  return nowMs + Math.max((nowMs - startMs) * 0.1, 1_000);
}
