import { isFailure } from "./is-failure.ts";
import { makeMemberOrder, orderMembers, type MemberOrder } from "./member-order.ts";
import type { Timeline } from "./timeline.ts";
import type { WaterfallRow, WaterfallRows } from "./waterfall-rows.ts";

/** Where a node stands when every group is open. */
interface Standing {
  readonly top: number;
  /** Within its group; -1 for the group itself. */
  readonly rank: number;
}

/** The next failure behind (or before) a row, from the other end when there is none; also in a closed group. */
export function findFailure(options: {
  readonly timeline: Timeline;
  readonly rows: WaterfallRows;
  /** Null: from outside. */
  readonly from: WaterfallRow | null;
  readonly step: 1 | -1;
}): string | null {
  const { timeline, rows, from, step } = options;
  const orders = new Map<number, MemberOrder>();
  const orderOf = (number: number): MemberOrder | null => {
    const group = timeline.groups[number];
    const known = rows.orders.get(number) ?? orders.get(number);
    if (known !== undefined || group === undefined) return known ?? null;
    const paths = orderMembers(group, timeline.nodes).map((node) => node.path);
    const order = makeMemberOrder(paths, group, timeline.nodes);
    orders.set(number, order);
    return order;
  };
  const standingOf = (place: number): Standing => {
    const member = timeline.layout.memberOf(place);
    const rank = member === null ? 0 : (orderOf(member.group)?.rankOf(member.index) ?? 0);
    return { top: timeline.layout.topOf(place), rank };
  };
  const failures = timeline.nodes
    .flatMap(({ key, status }, place) => (isFailure(status) ? { key, at: standingOf(place) } : []))
    .toSorted((a, b) => compare(a.at, b.at));
  if (step === -1) failures.reverse();
  const here = standingOfRow(timeline, from, standingOf);
  const next = here === null ? undefined : failures.find(({ at }) => compare(at, here) * step > 0);
  return (next ?? failures[0])?.key ?? null;
}

function standingOfRow(
  { layout }: Timeline,
  row: WaterfallRow | null,
  standingOf: (place: number) => Standing,
): Standing | null {
  if (row === null) return null;
  if (row.kind === "group") return { top: layout.topOf(row.group.places[0] ?? 0), rank: -1 };
  const place = layout.placeOf(row.node.key);
  return place === undefined ? null : standingOf(place);
}

function compare(a: Standing, b: Standing): number {
  return a.top - b.top || a.rank - b.rank;
}
