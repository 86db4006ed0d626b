import type { ApiError } from "../../app/contract/api-error.ts";
import { limits } from "../../app/contract/limits.ts";
import type { RunRow } from "../../app/contract/run-row.ts";
import { RunFilter, type RunCounters } from "../../app/contract/runs.ts";
import type { RunsOp } from "../../app/contract/subscriptions.ts";
import type { ApiClient, TopicMessage } from "../link/api-client.ts";
import { createListeners } from "./listeners.ts";
import type { Schedule } from "./schedule.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";
import { watchTopic } from "./watch-topic.ts";

/** The list as a whole; the rows have their own listeners. */
export interface RunListView {
  /** Run ids, newest first. */
  readonly order: readonly string[];
  /** New runs that wait behind the pill while the order is held. */
  readonly newCount: number;
  readonly hasMore: boolean;
  /** first: nothing to show yet. again: other rows are on their way, those on screen are the old ones. */
  readonly loading: "first" | "again" | "more" | null;
  readonly error: ApiError | null;
}

export interface ListedRun {
  readonly row: RunRow;
  /** False: it left the filter; it stays, dimmed, until the next navigation. */
  readonly matches: boolean;
}

export interface RunList {
  readonly view: StoreValue<RunListView>;
  readonly counters: StoreValue<RunCounters | null>;
  get(runId: string): ListedRun | null;
  onRow(runId: string, listener: () => void): () => void;
  /** Lists from the top. The same filter again is a navigation too: dimmed rows go. */
  show(filter: RunFilter): void;
  loadMore(): void;
  /** The rows on the screen and a screen on both sides. */
  setInView(runIds: readonly string[]): void;
  /** While anything holds the order, new runs wait behind the pill. */
  hold(why: HoldReason, isHeld: boolean): void;
  showNew(): void;
  /** Lists again after a failure. */
  retry(): void;
  /** A row that an action's answer brought: newer than what is known, or ignored. */
  learn(row: RunRow): void;
  close(): void;
}

export type HoldReason = "pointer" | "focus" | "scroll" | "frozen";

const pageRows = 100;

export function createRunList(client: ApiClient, schedule: Schedule): RunList {
  const rows = new Map<string, ListedRun>();
  const rowListeners = createListeners<string>();
  const counters = createStoreValue<RunCounters | null>(null);
  const view = createStoreValue<RunListView>(emptyView);
  const holds = new Set<HoldReason>();
  let filter: RunFilter = RunFilter.parse({});
  let isShown = false;
  let inView: readonly string[] = [];
  let next: string | null = null;
  let waiting: readonly string[] = [];
  /** More arrived than were sent: only listing again shows them all. */
  let missed = 0;
  /** Announced while an answer is on its way, which may be older than they are. */
  let meanwhile: string[] = [];
  let missedMeanwhile = 0;
  let request: AbortController | null = null;
  /**
   * The list is asked for only after a snapshot: what arrived before it is in the list, what arrives
   * later is announced, so that no run falls between the two.
   */
  let isWanted = false;
  let isWatched = true;

  const change = (part: Partial<RunListView>): void => view.set({ ...view.get(), ...part });

  const put = (row: RunRow, matches: boolean): void => {
    const known = rows.get(row.runId);
    // Of two rows of a run the one with the greater revision is newer, whichever came first.
    if (known !== undefined && known.row.revision > row.revision) return;
    rows.set(row.runId, { row, matches });
    rowListeners.notify(row.runId);
  };

  const takeNew = (): void => {
    if (missed > 0) {
      list("again");
      return;
    }
    const known = new Set(view.get().order);
    const arrived = waiting.filter((id) => !known.has(id));
    waiting = [];
    change({ order: [...arrived, ...view.get().order], newCount: 0 });
  };

  /** Says that rows are on their way; of a question that is under way the answer is not waited for. */
  const want = (): void => {
    if (!isShown) return;
    request?.abort();
    request = null;
    isWanted = true;
    const isEmpty = view.get().order.length === 0;
    // With nothing to keep on screen a new question takes the old failure away.
    change({ loading: isEmpty ? "first" : "again", ...(isEmpty ? { error: null } : {}) });
  };

  const list = (loading: "again" | "more"): void => {
    if (!isShown) return;
    if (loading === "again") want();
    else change({ loading });
    isWanted = false;
    request?.abort();
    const asked = new AbortController();
    request = asked;
    meanwhile = [];
    missedMeanwhile = 0;
    const before = loading === "more" ? next : null;
    void client
      .request("runs.list", { filter, before, limit: pageRows }, { signal: asked.signal })
      .then((answer) => {
        if (asked.signal.aborted) return;
        request = null;
        if (!answer.ok) {
          change({ loading: null, error: answer.error });
          return;
        }
        const ids = answer.value.rows.map((row) => row.runId);
        for (const row of answer.value.rows) put(row, true);
        next = answer.value.next;
        const listed = new Set(ids);
        const kept =
          loading === "more" ? view.get().order : meanwhile.filter((id) => !listed.has(id));
        const known = new Set(kept);
        const order = [...kept, ...ids.filter((id) => !known.has(id))];
        if (loading !== "more") {
          waiting = [];
          missed = missedMeanwhile;
          forgetAllBut(new Set(order));
        }
        change({
          order,
          hasMore: next !== null,
          loading: null,
          error: null,
          ...(loading === "more" ? {} : { newCount: missed }),
        });
        if (missed > 0 && holds.size === 0) takeNew();
        // A search may answer no row and still go on.
        if (ids.length === 0 && next !== null) list("more");
      });
  };

  const forgetAllBut = (kept: ReadonlySet<string>): void => {
    for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
  };

  const applyOp = (op: RunsOp): void => {
    switch (op.op) {
      case "counters":
        counters.set(op.counters);
        return;
      case "row":
        put(op.row, op.matches);
        return;
      case "arrived": {
        const known = new Set([...view.get().order, ...waiting]);
        for (const row of op.rows) put(row, true);
        const ids = op.rows.map((row) => row.runId).filter((id) => !known.has(id));
        waiting = [...ids, ...waiting];
        meanwhile = [...op.rows.map((row) => row.runId), ...meanwhile];
        missed += op.count - op.rows.length;
        missedMeanwhile += op.count - op.rows.length;
        change({ newCount: waiting.length + missed });
        if (holds.size === 0 && view.get().newCount > 0) takeNew();
      }
    }
  };

  const apply = (messages: readonly TopicMessage[]): void => {
    for (const message of messages) {
      if (message.topic !== "runs") continue;
      if (message.kind === "delta") for (const op of message.ops) applyOp(op);
      else {
        counters.set(message.snapshot.counters);
        for (const { row, matches } of message.snapshot.rows) put(row, matches);
        if (isWanted || !message.snapshot.continues) list("again");
      }
    }
  };

  const topic = () => ({
    topic: "runs" as const,
    filter,
    runIds: [...inView].slice(0, limits.watchedRuns),
  });

  const watch = watchTopic({
    client,
    topic: topic(),
    schedule,
    apply,
    onEnded: (error) => {
      if (!error.retryable) isWatched = false;
      change({ error, loading: null });
    },
    // What was started or ended meanwhile is not in the snapshot of the watched rows.
    onLost: want,
  });

  return {
    view,
    counters,
    get: (runId) => rows.get(runId) ?? null,
    onRow: (runId, listener) => rowListeners.add(runId, listener),
    show: (nextFilter) => {
      filter = nextFilter;
      isShown = true;
      next = null;
      want();
      if (isWatched) watch.change(topic());
      else list("again");
    },
    loadMore: () => {
      if (view.get().loading === null && next !== null) list("more");
    },
    setInView: (runIds) => {
      if (sameIds(runIds, inView)) return;
      inView = runIds;
      watch.change(topic());
    },
    hold: (why, isHeld) => {
      if (isHeld) holds.add(why);
      else holds.delete(why);
      if (holds.size === 0 && view.get().newCount > 0) takeNew();
    },
    showNew: takeNew,
    retry: () => list("again"),
    learn: (row) => {
      const known = rows.get(row.runId);
      if (known !== undefined) put(row, known.matches);
    },
    close: () => {
      request?.abort();
      watch.close();
    },
  };
}

const emptyView: RunListView = {
  order: [],
  newCount: 0,
  hasMore: false,
  loading: "first",
  error: null,
};

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
