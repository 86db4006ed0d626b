import type { RequestOutput } from "../../app/contract/contract.ts";
import { limits } from "../../app/contract/limits.ts";
import type { RunEvent } from "../../app/model/run-event.ts";
import type { ApiResult } from "../api-result.ts";
import type { ApiClient } from "../link/api-client.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";

export interface EventHistoryView {
  /** By seq, without holes. */
  readonly events: readonly RunEvent[];
  /** Events before the first one are not loaded. */
  readonly hasEarlier: boolean;
  readonly isLoading: boolean;
  /** Paths of nodes that no edge led to, of all events that were ever seen. */
  readonly skipped: ReadonlySet<string>;
  /** When it was decided to end the run early, and which event says so. */
  readonly closing: { readonly at: string; readonly seq: number } | null;
}

/** A page that stays open keeps so many of the newest, unless a person asked for what was before. */
const mostFollowed = 20_000;

/**
 * A run's events as far as they are loaded: a stretch without holes that ends with the newest one.
 * It begins with the tail of the snapshot and grows backwards and forwards.
 */
export interface EventHistory {
  readonly view: StoreValue<EventHistoryView>;
  /** The newest events, from a snapshot. */
  takeTail(events: readonly RunEvent[]): void;
  /** New events; what was left out before them is fetched. */
  take(events: readonly RunEvent[]): void;
  /** Fetches everything before the first one. */
  loadEarlier(): void;
  close(): void;
}

export function createEventHistory(
  client: Pick<ApiClient, "request">,
  runId: string,
): EventHistory {
  const view = createStoreValue<EventHistoryView>({
    events: [],
    hasEarlier: false,
    isLoading: false,
    skipped: new Set(),
    closing: null,
  });
  const closing = new AbortController();
  let isFilling = false;
  let wantsAll = false;

  const merge = (events: readonly RunEvent[], isLoading = view.get().isLoading): void => {
    const known = view.get();
    const whole = follows(known.events, events)
      ? [...known.events, ...events]
      : withoutHoles(joinEvents(known.events, events));
    const merged = wantsAll || whole.length <= mostFollowed ? whole : whole.slice(-mostFollowed);
    const hasEarlier = (merged[0]?.seq ?? 1) > 1;
    view.set({ events: merged, hasEarlier, isLoading, ...factsOf(known, events) });
  };

  /** What came behind a hole, kept until the hole is filled. */
  let ahead: RunEvent[] = [];

  /** Reads the events with `after < seq < before`. */
  const fill = async (after: number, before: number): Promise<void> => {
    if (isFilling) return;
    isFilling = true;
    view.set({ ...view.get(), isLoading: true });
    const found: RunEvent[] = [];
    let from: number | null = after;
    let isRefused = false;
    while (from !== null && from < before - 1 && !closing.signal.aborted) {
      const answer: ApiResult<RequestOutput<"run.events">> = await client.request(
        "run.events",
        { runId, after: from, limit: limits.pageRows },
        { signal: closing.signal },
      );
      isRefused = !answer.ok;
      if (!answer.ok) break;
      found.push(...answer.value.events);
      from = answer.value.next;
    }
    isFilling = false;
    if (closing.signal.aborted) return;
    merge(found, false);
    const kept = ahead;
    ahead = [];
    // Asked for again at once it would be refused again: the newest stretch is what is left.
    if (isRefused) merge(kept);
    else take(kept);
  };

  const take = (events: readonly RunEvent[]): void => {
    const [first, ...rest] = stretches(events);
    if (first === undefined) return;
    const last = view.get().events.at(-1)?.seq ?? 0;
    if (ahead.length === 0 && (first[0]?.seq ?? 0) <= last + 1) {
      merge(first);
      take(rest.flat());
      return;
    }
    ahead.push(...events);
    void fill(last, ahead[0]?.seq ?? 0);
  };

  return {
    view,
    takeTail: (events) => {
      const first = events[0];
      const last = view.get().events.at(-1);
      // After a long absence the tail may begin behind what is known.
      if (first !== undefined && last !== undefined && first.seq > last.seq + 1) take(events);
      else merge(events);
    },
    take,
    loadEarlier: () => {
      const first = view.get().events[0]?.seq ?? 1;
      wantsAll = true;
      if (first > 1) void fill(0, first);
    },
    close: () => closing.abort(),
  };
}

/** What is asked of all events is kept as they come: a long run's are too many to look through in each frame. */
function factsOf(
  known: EventHistoryView,
  events: readonly RunEvent[],
): Pick<EventHistoryView, "skipped" | "closing"> {
  let { skipped, closing } = known;
  const paths = events.flatMap((one) => (one.type === "node.skipped" ? [one.data.nodePath] : []));
  if (paths.some((path) => !skipped.has(path))) skipped = new Set([...skipped, ...paths]);
  for (const { type, at, seq } of events) {
    // What is loaded late is older.
    if (type === "run.closing" && seq > (closing?.seq ?? 0)) closing = { at, seq };
  }
  return { skipped, closing };
}

/** The usual case: the next events, without a hole. */
function follows(known: readonly RunEvent[], events: readonly RunEvent[]): boolean {
  const last = known.at(-1);
  return last !== undefined && events.every((event, index) => event.seq === last.seq + 1 + index);
}

/** Cut where events were left out. */
function stretches(events: readonly RunEvent[]): readonly (readonly RunEvent[])[] {
  const found: RunEvent[][] = [];
  for (const event of events) {
    const current = found.at(-1);
    if (current !== undefined && event.seq <= (current.at(-1)?.seq ?? 0) + 1) current.push(event);
    else found.push([event]);
  }
  return found;
}

/** Two stretches in order of seq, each event once. Events never change, so either copy will do. */
export function joinEvents(a: readonly RunEvent[], b: readonly RunEvent[]): readonly RunEvent[] {
  const last = a.at(-1);
  const first = b[0];
  if (last === undefined) return b;
  if (first === undefined) return a;
  if (first.seq > last.seq) return [...a, ...b];
  const bySeq = new Map<number, RunEvent>();
  for (const event of [...a, ...b]) bySeq.set(event.seq, event);
  return [...bySeq.values()].toSorted((one, other) => one.seq - other.seq);
}

/** The stretch that ends with the newest event. */
function withoutHoles(events: readonly RunEvent[]): readonly RunEvent[] {
  for (let index = events.length - 1; index > 0; index--) {
    const event = events[index];
    const before = events[index - 1];
    if (event !== undefined && before !== undefined && event.seq !== before.seq + 1) {
      return events.slice(index);
    }
  }
  return events;
}
