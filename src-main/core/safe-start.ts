import type { EngineInstance } from "../../app/storage/storage.ts";

const windowMs = 10 * 60_000;
const tooManyEnds = 2;

/** Two instances that ended uncleanly within the last ten minutes: perhaps it is a run that ends them. */
export function needsSafeStart(earlier: readonly EngineInstance[], now: number): boolean {
  const recent = earlier.filter(
    ({ cleanAt, lastBeatAt }) => cleanAt === null && now - Date.parse(lastBeatAt) <= windowMs,
  );
  return recent.length >= tooManyEnds;
}
