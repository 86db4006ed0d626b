import type { RetryPolicy } from "../model/retry-policy.ts";

/**
 * The pause before the next attempt, in milliseconds: exponential, at most `maxDelayMs`, with "equal
 * jitter" (half fixed, half random; "Exponential Backoff And Jitter", AWS 2015), so that many nodes
 * that failed together do not come back together. `random` is in [0, 1).
 */
export function backoffMs(policy: RetryPolicy, failedAttempts: number, random: number): number {
  const exponential = policy.initialDelayMs * policy.backoffFactor ** (failedAttempts - 1);
  const delay = Math.min(exponential, policy.maxDelayMs);
  return Math.round(delay / 2 + (delay / 2) * random);
}
