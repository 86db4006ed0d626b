import type { SeededRandom } from "../seeded-random.ts";
import type { WorkerReport } from "./worker-report.ts";

/** When a worker is killed: `afterMs` after it told something; `quits` asks it to close before. */
export interface KillPlan {
  readonly at: WorkerReport["tell"] | "begin";
  /** Of a step of the start: which one. */
  readonly step?: string;
  readonly afterMs: number;
  /** It is asked to close at that moment, and killed this much later. */
  readonly quits?: { readonly afterMs: number };
}

/** Mostly while it works; also while it starts, recovers, resumes and closes. */
export function nextKill(random: SeededRandom): KillPlan {
  const kind = random.next();
  if (kind < 0.6) return { at: "recovered", afterMs: random.between(5, 120) };
  if (kind < 0.72) return { at: "begin", afterMs: random.between(0, 60) };
  if (kind < 0.84) {
    const step = random.pick(["locking", "opening", "recovering", "starting", "accepting"]);
    return { at: "step", step, afterMs: random.between(0, 4) };
  }
  if (kind < 0.9) return { at: random.pick(["resumed", "started"]), afterMs: 0 };
  return {
    at: "recovered",
    afterMs: random.between(2, 90),
    quits: { afterMs: random.between(0, 40) },
  };
}
