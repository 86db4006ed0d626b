import { formatDuration } from "../../format/duration.ts";
import { formatPreciseClock } from "../../format/time.ts";
import { runMessages } from "../../messages/run-messages.ts";
import { wordOf } from "../../status/StatusLabel.tsx";
import type { ShownStatus } from "../../status/status-style.ts";
import type { TimelineGroup } from "./timeline.ts";
import type { WaterfallRow } from "./waterfall-rows.ts";

/** What the cells of a row say. */
export interface RowFacts {
  readonly name: string;
  readonly title: string;
  /** Null for a group, which has a histogram. */
  readonly status: ShownStatus | null;
  readonly word: string;
  readonly started: string;
  readonly took: string;
  readonly attempts: string;
}

export function factsOf(row: WaterfallRow, nowMs: number): RowFacts {
  switch (row.kind) {
    case "group":
      return groupFacts(row.group);
    case "attempt":
      return attemptFacts(row, nowMs);
    case "node":
      return nodeFacts(row, nowMs);
  }
}

/** Whether what the row says depends on what time it is. */
export function isGrowing(row: WaterfallRow): boolean {
  switch (row.kind) {
    case "group":
      return false;
    case "attempt":
      return row.attempt.endMs === null;
    case "node":
      return row.node.segments.at(-1)?.endMs === null;
  }
}

function groupFacts({ name, size, summary }: TimelineGroup): RowFacts {
  const { counts, startMs, p50Ms, p95Ms } = summary;
  const word = counts
    .map(({ status, count }) => runMessages.groupStatus(count, wordOf(status)))
    .join(", ");
  const label = runMessages.group(size, name);
  const took =
    p50Ms === null || p95Ms === null
      ? ""
      : runMessages.durationsSpoken(formatDuration(p50Ms), formatDuration(p95Ms));
  return {
    name: label,
    title: [label, word, ...(took === "" ? [] : [took])].join(" · "),
    status: null,
    word,
    started: clock(startMs),
    took,
    attempts: "",
  };
}

function attemptFacts(
  { attempt }: Extract<WaterfallRow, { readonly kind: "attempt" }>,
  nowMs: number,
): RowFacts {
  const status = attempt.isInterrupted ? "stalled" : attempt.status;
  const name = runMessages.attempt(attempt.number);
  return {
    name: attempt.message === null ? name : `${name} · ${attempt.message}`,
    title: attempt.message ?? name,
    status,
    word: attempt.isInterrupted ? runMessages.interrupted : wordOf(status),
    started: clock(attempt.startMs),
    took: formatDuration((attempt.endMs ?? nowMs) - attempt.startMs),
    attempts: "",
  };
}

function nodeFacts(
  { node }: Extract<WaterfallRow, { readonly kind: "node" }>,
  nowMs: number,
): RowFacts {
  const first = node.segments[0];
  const last = node.segments.at(-1);
  return {
    name: node.label,
    title: `${node.label} · ${wordOf(node.status)}`,
    status: node.status,
    word: wordOf(node.status),
    started: clock(first?.startMs ?? null),
    took:
      first === undefined || last === undefined
        ? ""
        : formatDuration((last.endMs ?? nowMs) - first.startMs),
    attempts: runMessages.attemptsCount(node.attempts.length),
  };
}

function clock(ms: number | null): string {
  return ms === null ? "" : formatPreciseClock(ms);
}
