import { isDeepStrictEqual } from "node:util";
import type { RunRow } from "../../../app/contract/run-row.ts";
import type { RunCounters } from "../../../app/contract/runs.ts";
import type { Topic } from "../../../app/contract/subscriptions.ts";
import type { ScreenReads } from "../reading/screen-reads.ts";
import { matchesFilter, statesOf } from "../reading/run-filter.ts";
import type { Feed } from "./feed.ts";

/** Arrived runs whose rows are sent; of more only the number. */
const shownArrivals = 100;
/** Arrived runs that are remembered one by one between two batches. */
const keptArrivals = 500;
/** Runs that were announced since the snapshot, so that none is announced twice. */
const keptAnnounced = 10_000;

/** The run list: counters, the watched rows, and what arrives in the filter. */
export function createRunsFeed(
  reads: Pick<ScreenReads, "counters" | "runRows" | "listRuns">,
  topic: Extract<Topic, { topic: "runs" }>,
  now: () => number,
): Feed {
  const { filter } = topic;
  let watched: ReadonlySet<string> = new Set(topic.runIds);
  const states = statesOf(filter);
  const isNarrow = states !== null;
  const dirty = new Set<string>();
  const arrived = new Set<string>();
  const announced = new Set<string>();
  let uncounted = 0;
  let newestId = "";
  let isBegun = false;
  let sentCounters: string | null = null;
  let areCountersDirty = false;

  /** New since the snapshot, or come into the filter by its state. */
  function isArrival(runId: string, status: RunRow["status"]): boolean {
    if (states !== null && !states.includes(status)) return false;
    return (isNarrow || runId > newestId) && !announced.has(runId);
  }

  const matches = (row: RunRow): boolean => matchesFilter(filter, row, now());

  async function freshCounters(): Promise<RunCounters | null> {
    areCountersDirty = false;
    const counters = await reads.counters();
    const text = JSON.stringify(counters);
    if (text === sentCounters) return null;
    sentCounters = text;
    return counters;
  }

  function announce(rows: readonly RunRow[]): void {
    for (const { runId } of rows) {
      announced.add(runId);
      if (announced.size > keptAnnounced) {
        // Ids begin with the time: everything up to here was there before.
        newestId = [...announced].reduce((newest, id) => (id > newest ? id : newest), newestId);
        announced.clear();
      }
    }
  }

  return {
    topic: "runs",
    async snapshot() {
      const continues = isBegun;
      if (!isBegun) {
        const [newest] = (await reads.listRuns(newestOfAll)).rows;
        newestId = newest?.runId ?? "";
        isBegun = true;
        // Committed by now, so the list that is asked for after this snapshot has them.
        arrived.clear();
        uncounted = 0;
      }
      dirty.clear();
      const rows = await reads.runRows([...watched]);
      areCountersDirty = false;
      const counters = await reads.counters();
      sentCounters = JSON.stringify(counters);
      return { counters, continues, rows: rows.map((row) => ({ row, matches: matches(row) })) };
    },
    retarget(next) {
      if (next.topic !== "runs" || !isDeepStrictEqual(next.filter, filter)) return false;
      watched = new Set(next.runIds);
      // What came into view is in the snapshot.
      for (const runId of watched) arrived.delete(runId);
      return true;
    },
    note(signal) {
      if (signal.kind !== "committed") return false;
      const { runId, status } = signal;
      areCountersDirty = true;
      if (watched.has(runId)) dirty.add(runId);
      else if (isArrival(runId, status)) {
        if (arrived.size < keptArrivals) arrived.add(runId);
        else if (!arrived.has(runId)) uncounted += 1;
      }
      return true;
    },
    get hasChanges() {
      return areCountersDirty || dirty.size > 0 || arrived.size > 0 || uncounted > 0;
    },
    get pending() {
      return dirty.size + arrived.size;
    },
    async fill(batch, { isHidden }) {
      if (areCountersDirty) {
        const counters = await freshCounters();
        if (counters !== null) batch.add({ op: "counters", counters });
      }
      if (isHidden) return "filled";
      const changed = [...dirty];
      dirty.clear();
      for (const row of await reads.runRows(changed)) {
        if (!batch.add({ op: "row", row, matches: matches(row) })) dirty.add(row.runId);
      }
      if (arrived.size > 0 || uncounted > 0) {
        const shown = [...arrived].toSorted().toReversed().slice(0, shownArrivals);
        const others = arrived.size - shown.length + uncounted;
        arrived.clear();
        uncounted = 0;
        const rows = (await reads.runRows(shown)).filter(matches);
        announce(rows);
        addArrivals(rows, others);
      }
      return "filled";

      function addArrivals(rows: readonly RunRow[], others: number): void {
        // Half of them at a time until they fit: the count says that there are more.
        for (let kept = rows.length; ; kept = Math.floor(kept / 2)) {
          const count = rows.length + others;
          if (count === 0) return;
          if (batch.add({ op: "arrived", rows: rows.slice(0, kept), count })) return;
          if (kept === 0) {
            uncounted += count;
            return;
          }
        }
      }
    },
  };
}

const newestOfAll = {
  filter: { tab: "all" as const, states: [], workflowId: null, workflowName: null, text: "" },
  sort: "started" as const,
  before: null,
  limit: 1,
};
