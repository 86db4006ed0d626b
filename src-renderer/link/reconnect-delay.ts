const delaysMs = [150, 300, 600, 1_000, 1_500];

/** How long to wait before try number `tries` (from 0): short at first, at most 1.5 s. */
export function reconnectDelayMs(tries: number): number {
  return delaysMs[Math.min(tries, delaysMs.length - 1)] ?? 1_500;
}
