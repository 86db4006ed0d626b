import { leastIdleMs } from "./idle-spans.ts";
import { firstIndex } from "./sorted-numbers.ts";
import type { SegmentKind, TimelineNode } from "./timeline.ts";

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The stretches in which anything executed, merged as nodes change: history only ever adds to them. Those with
 * too little between them to be idle are one, so that there are few, however many steps follow each other.
 */
export interface BusySpans {
  take(node: TimelineNode): void;
  /** In order, without overlaps. */
  spans(): readonly Span[];
  /** Since when something executes that has not ended; null when nothing does. */
  sinceMs(): number | null;
}

const executing: ReadonlySet<SegmentKind> = new Set(["executing", "interrupted", "earlier"]);

export function createBusySpans(): BusySpans {
  let spans: readonly Span[] = [];
  const open = new Map<string, number>();
  return {
    take(node) {
      open.delete(node.key);
      for (const { kind, startMs, endMs } of node.segments) {
        if (!executing.has(kind)) continue;
        if (endMs === null) open.set(node.key, startMs);
        else spans = withSpan(spans, { startMs, endMs });
      }
    },
    spans: () => spans,
    sinceMs: () => (open.size === 0 ? null : Math.min(...open.values())),
  };
}

function withSpan(spans: readonly Span[], added: Span): readonly Span[] {
  const endOf = (at: number): number => spans[at]?.endMs ?? 0;
  const startOf = (at: number): number => spans[at]?.startMs ?? 0;
  const first = firstIndex(spans.length, (at) => endOf(at) + leastIdleMs > added.startMs);
  const behind = firstIndex(spans.length, (at) => startOf(at) >= added.endMs + leastIdleMs);
  const touched = spans.slice(first, behind);
  const startMs = Math.min(added.startMs, touched[0]?.startMs ?? added.startMs);
  const endMs = Math.max(added.endMs, touched.at(-1)?.endMs ?? added.endMs);
  if (touched.length === 1 && touched[0]?.startMs === startMs && touched[0].endMs === endMs) {
    return spans;
  }
  return [...spans.slice(0, first), { startMs, endMs }, ...spans.slice(behind)];
}
