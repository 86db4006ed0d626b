import type { Core } from "../core/core.ts";

/** Closes the core when the work is done. When it failed, what failed is said, even where closing fails too. */
export async function closingCore<T>(core: Core, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // Damaged data, for one, is in the way of a clean end as well.
    await core.close({ drainMs: 0 }).catch(() => undefined);
    throw error;
  }
  await core.close({ drainMs: 0 });
  return result;
}
