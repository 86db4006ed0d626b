import { createBusySpans } from "./busy-spans.ts";
import { createGroupTotals } from "./group-totals.ts";
import { lastMsOf } from "./node-times.ts";
import { createSortedNumbers } from "./sorted-numbers.ts";
import type { TimelineLayout } from "./timeline-layout.ts";
import type { Timeline, TimelineGroup, TimelineNode } from "./timeline.ts";

/** What is said of many nodes at once, kept up to date by those that changed. */
export interface TimelineTotals {
  /** `before`: what stood in this place; null for a new one. */
  take(place: number, before: TimelineNode | null, after: TimelineNode): void;
  read(): Pick<Timeline, "groups" | "busy" | "busySinceMs" | "lastMs">;
}

/** `names`: of the layout's groups. */
export function createTimelineTotals(
  layout: TimelineLayout,
  names: readonly string[],
): TimelineTotals {
  const busy = createBusySpans();
  const ends = createSortedNumbers();
  const totals = layout.groups.map(() => createGroupTotals());
  const changed = new Set<number>(layout.groups.keys());
  let groups: readonly TimelineGroup[] = [];
  return {
    take(place, before, after) {
      busy.take(after);
      const endMs = before === null ? null : lastMsOf(before);
      if (endMs !== null) ends.remove(endMs);
      const nextMs = lastMsOf(after);
      if (nextMs !== null) ends.add(nextMs);
      const member = layout.memberOf(place);
      if (member === null) return;
      totals[member.group]?.take(before, after);
      changed.add(member.group);
    },
    read() {
      if (changed.size > 0) {
        const next = groups.slice();
        for (const number of changed) {
          const group = layout.groups[number];
          const summary = totals[number]?.summary();
          if (group === undefined || summary === undefined) continue;
          const { key, places } = group;
          next[number] = { key, name: names[number] ?? "", places, size: places.length, summary };
        }
        groups = next;
        changed.clear();
      }
      return {
        groups,
        busy: busy.spans(),
        busySinceMs: busy.sinceMs(),
        lastMs: ends.at(ends.size - 1),
      };
    },
  };
}
