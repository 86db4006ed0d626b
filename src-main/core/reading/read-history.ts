import type { RunGap } from "../../../app/contract/run.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import type { ReadStorage } from "./read-storage.ts";

/** What only the whole history of a run tells. */
interface HistoryFacts {
  /** Read up to this event. */
  readonly seq: number;
  readonly gaps: readonly RunGap[];
  readonly skipped: ReadonlySet<string>;
}

const shownGaps = 100;
const shownSkipped = 10_000;
const keptRuns = 8;
const eventPage = 1_000;

/** Facts from a run's history; what was read once is not read again. */
export function historyReads(storage: ReadStorage) {
  const known = new Map<string, HistoryFacts>();

  async function factsOf(runId: string): Promise<HistoryFacts> {
    let { seq, gaps } = known.get(runId) ?? { seq: 0, gaps: [] };
    const skipped = new Set(known.get(runId)?.skipped);
    for (;;) {
      const page = await storage.listRunEvents(runId, { after: seq, limit: eventPage });
      gaps = page.reduce(withEvent, gaps);
      for (const event of page) {
        const isRoom = skipped.size < shownSkipped;
        if (event.type === "node.skipped" && isRoom) skipped.add(event.data.nodePath);
      }
      seq = page.at(-1)?.seq ?? seq;
      if (page.length < eventPage) break;
    }
    const facts = { seq, gaps, skipped };
    known.delete(runId);
    known.set(runId, facts);
    const [oldest] = known.keys();
    if (known.size > keptRuns && oldest !== undefined) known.delete(oldest);
    return facts;
  }

  return {
    /** The stretches in which the run stood still. */
    gaps: async (runId: string): Promise<RunGap[]> => [...(await factsOf(runId)).gaps],
    skippedNodes: async (runId: string): Promise<string[]> => [...(await factsOf(runId)).skipped],
  };
}

function withEvent(gaps: readonly RunGap[], event: RunEvent): readonly RunGap[] {
  if (event.type === "workflow_recovery" && event.data.to === "stalled") {
    const kind = event.data.reason === "sleep_timeout" ? "sleep" : "app_closed";
    const startedAt = event.data.last_heartbeat_ts ?? event.at;
    return [...gaps, { kind, startedAt, endedAt: null } as const].slice(-shownGaps);
  }
  const last = gaps.at(-1);
  const isEnd = event.type === "run.resumed" || event.type === "run.status";
  if (!isEnd || last === undefined || last.endedAt !== null) return gaps;
  // A poisoned run was stalled in the same moment, and still stands still.
  if (event.type === "run.status" && event.data.to === "poisoned") return gaps;
  return [...gaps.slice(0, -1), { ...last, endedAt: event.at }];
}
