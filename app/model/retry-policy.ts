import * as z from "zod";

/** How often a failing node is tried again. Delays are in milliseconds, before jitter. */
export const RetryPolicy = z.strictObject({
  maxAttempts: z.number().int().min(1).max(100).default(1),
  initialDelayMs: z.number().int().min(0).max(86_400_000).default(1_000),
  backoffFactor: z.number().min(1).max(10).default(2),
  maxDelayMs: z.number().int().min(0).max(86_400_000).default(60_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
