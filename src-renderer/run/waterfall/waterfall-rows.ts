import { makeMemberOrder, orderMembers, type MemberOrder } from "./member-order.ts";
import type { Layout, Timeline, TimelineAttempt, TimelineGroup, TimelineNode } from "./timeline.ts";
import { makeUnfoldedList, type Unfolded, type UnfoldedList } from "./unfolded-list.ts";

/** One line of the treegrid: a node, one of its attempts while it is unfolded, or many siblings. */
export type WaterfallRow =
  | { readonly kind: "node"; readonly key: string; readonly node: TimelineNode }
  | { readonly kind: "group"; readonly key: string; readonly group: TimelineGroup }
  | {
      readonly kind: "attempt";
      readonly key: string;
      readonly node: TimelineNode;
      readonly attempt: TimelineAttempt;
    };

/** A row and where in the tree it stands. */
export interface PlacedRow {
  readonly row: WaterfallRow;
  readonly level: number;
  /** Among its siblings, from 1. */
  readonly position: number;
  readonly setSize: number;
  /** Null for a row that has nothing to unfold. */
  readonly isOpen: boolean | null;
}

export interface WaterfallRows {
  readonly count: number;
  at(index: number): PlacedRow | null;
  /** The row that this one is folded into when that closes; null at the first level. */
  parentOf(index: number): number | null;
  /** The row itself, or the one in which it is folded away; null for an unknown key. */
  indexOf(key: string): number | null;
  /** How open groups order their members, by their numbers. */
  readonly orders: ReadonlyMap<number, MemberOrder>;
  readonly nodes: NodePositions;
}

/** Where nodes stand as if every group were open: what the minimap shows. */
export interface NodePositions {
  readonly layout: Layout;
  readonly count: number;
  /** The place of the node at a position. */
  placeAt(position: number): number | null;
  positionOf(place: number): number;
  /** Of the first node that stands in a row or below it; the count for a row behind the last. */
  positionOfRow(index: number): number;
  /** The row that holds the node at a position. */
  rowOf(position: number): number;
}

/**
 * The rows of a timeline in which `opened` (keys of nodes and groups) are unfolded. Making them costs what is
 * unfolded, asking for one a binary search; so a batch does not cost more in a larger run. The builder
 * remembers in which order each open group is shown.
 */
export function createRowsBuilder(): (
  timeline: Timeline,
  opened: ReadonlySet<string>,
) => WaterfallRows {
  const shown = new Map<string, ShownGroup>();
  return (timeline, opened) => {
    for (const key of shown.keys()) if (!opened.has(key)) shown.delete(key);
    const tops: Unfolded[] = [];
    const inGroups = new Map<number, Unfolded[]>();
    for (const [group, { key }] of timeline.groups.entries()) {
      if (opened.has(key)) inGroups.set(group, []);
    }
    const orders = new Map<number, MemberOrder>();
    for (const group of inGroups.keys()) {
      const order = showGroup(shown, timeline, group);
      if (order !== null) orders.set(group, order);
    }
    for (const key of opened) {
      const place = timeline.layout.placeOf(key);
      const node = timeline.nodes[place ?? -1];
      if (place === undefined || node?.key !== key || !isExpandable(node)) continue;
      const extra = node.attempts.length;
      const member = timeline.layout.memberOf(place);
      if (member === null) tops.push({ at: timeline.layout.topOf(place), extra });
      else {
        const at = orders.get(member.group)?.rankOf(member.index);
        if (at !== undefined) inGroups.get(member.group)?.push({ at, extra });
      }
    }
    const lists = new Map<number, UnfoldedList>();
    for (const [group, unfolded] of inGroups) {
      const { size, places } = timeline.groups[group] ?? { size: 0, places: [] };
      const list = makeUnfoldedList(size, unfolded);
      lists.set(group, list);
      tops.push({ at: timeline.layout.topOf(places[0] ?? 0), extra: list.rowCount });
    }
    const top = makeUnfoldedList(timeline.layout.tops.length, tops);
    return makeRows({ timeline, opened, top, lists, orders });
  };
}

interface ShownGroup {
  readonly layout: Layout;
  readonly paths: readonly string[];
  readonly order: MemberOrder;
}

/** Sorted when it is opened, and only carried over when the layout changes. */
function showGroup(
  shown: Map<string, ShownGroup>,
  timeline: Timeline,
  number: number,
): MemberOrder | null {
  const group = timeline.groups[number];
  if (group === undefined) return null;
  const { layout, nodes } = timeline;
  const known = shown.get(group.key);
  // Who joined within the same layout stands at its place, which is the end.
  if (known?.layout === layout) return known.order;
  const paths = known?.paths ?? orderMembers(group, nodes).map((node) => node.path);
  const order = makeMemberOrder(paths, group, nodes);
  const all = Array.from(
    { length: group.size },
    (_, rank) => nodes[group.places[order.memberAt(rank)] ?? -1]?.path ?? "",
  );
  shown.set(group.key, { layout, paths: all, order });
  return order;
}

interface RowParts {
  readonly timeline: Timeline;
  readonly opened: ReadonlySet<string>;
  readonly top: UnfoldedList;
  readonly lists: ReadonlyMap<number, UnfoldedList>;
  readonly orders: ReadonlyMap<number, MemberOrder>;
}

function makeRows(parts: RowParts): WaterfallRows {
  const { timeline, opened, top, lists, orders } = parts;
  const { layout, nodes, groups } = timeline;
  return {
    count: top.rowCount,
    orders,
    nodes: nodePositions(parts),
    at(index) {
      if (index < 0 || index >= top.rowCount) return null;
      const { item, under } = top.find(index);
      const shown = layout.tops[item];
      if (shown === undefined) return null;
      const among = { position: item + 1, setSize: layout.tops.length };
      if (shown.kind === "node") {
        return nodeOrAttempt(nodes[shown.place], { under, level: 1, ...among, opened });
      }
      const group = groups[shown.group];
      if (group === undefined) return null;
      const list = lists.get(shown.group);
      if (under === 0 || list === undefined) {
        return { row: groupRow(group), level: 1, ...among, isOpen: list !== undefined };
      }
      const { item: rank, under: attempt } = list.find(under - 1);
      const member = orders.get(shown.group)?.memberAt(rank) ?? rank;
      return nodeOrAttempt(nodes[group.places[member] ?? -1], {
        under: attempt,
        level: 2,
        position: rank + 1,
        setSize: group.size,
        opened,
      });
    },
    parentOf(index) {
      const { item, under } = top.find(index);
      const shown = layout.tops[item];
      if (under === 0 || shown === undefined) return null;
      const parent = index - under;
      const list = shown.kind === "group" ? lists.get(shown.group) : undefined;
      const attempt = list?.find(under - 1).under ?? 0;
      return attempt === 0 ? parent : index - attempt;
    },
    indexOf(key) {
      const group = layout.groupOf(key);
      if (group !== undefined) return top.rowOf(topOfGroup(layout, groups[group]));
      const [nodeKey, number] = splitKey(key, layout);
      const place = layout.placeOf(nodeKey);
      const node = nodes[place ?? -1];
      if (place === undefined || node === undefined) return null;
      const isShown = number !== null && opened.has(node.key);
      const under = isShown ? node.attempts.findIndex((one) => one.number === number) + 1 : 0;
      const member = layout.memberOf(place);
      const row = top.rowOf(layout.topOf(place));
      if (member === null) return row + under;
      const list = lists.get(member.group);
      const order = orders.get(member.group);
      if (list === undefined || order === undefined) return row;
      return row + 1 + list.rowOf(order.rankOf(member.index)) + under;
    },
  };
}

function nodePositions({ timeline, top, lists, orders }: RowParts): NodePositions {
  const { layout, groups } = timeline;
  const all = makeUnfoldedList(
    layout.tops.length,
    groups.map((group) => ({ at: topOfGroup(layout, group), extra: group.size - 1 })),
  );
  return {
    layout,
    count: all.rowCount,
    placeAt(position) {
      const { item, under } = all.find(position);
      const shown = layout.tops[item];
      if (shown === undefined || position < 0) return null;
      if (shown.kind === "node") return shown.place;
      const member = orders.get(shown.group)?.memberAt(under) ?? under;
      return groups[shown.group]?.places[member] ?? null;
    },
    positionOf(place) {
      const first = all.rowOf(layout.topOf(place));
      const member = layout.memberOf(place);
      if (member === null) return first;
      return first + (orders.get(member.group)?.rankOf(member.index) ?? member.index);
    },
    positionOfRow(index) {
      if (index >= top.rowCount) return all.rowCount;
      const { item, under } = top.find(index);
      const shown = layout.tops[item];
      const list = shown?.kind === "group" ? lists.get(shown.group) : undefined;
      const rank = under === 0 ? 0 : (list?.find(under - 1).item ?? 0);
      return all.rowOf(item) + rank;
    },
    rowOf(position) {
      const { item, under } = all.find(position);
      const shown = layout.tops[item];
      const list = shown?.kind === "group" ? lists.get(shown.group) : undefined;
      return top.rowOf(item) + (list === undefined ? 0 : 1 + list.rowOf(under));
    },
  };
}

function topOfGroup(layout: Layout, group: TimelineGroup | undefined): number {
  return layout.topOf(group?.places[0] ?? 0);
}

function nodeOrAttempt(
  node: TimelineNode | undefined,
  place: {
    readonly under: number;
    readonly level: number;
    readonly position: number;
    readonly setSize: number;
    readonly opened: ReadonlySet<string>;
  },
): PlacedRow | null {
  if (node === undefined) return null;
  const { under, level, position, setSize, opened } = place;
  if (under === 0) {
    const isOpen = isExpandable(node) ? opened.has(node.key) : null;
    return { row: nodeRow(node), level, position, setSize, isOpen };
  }
  const attempt = node.attempts[under - 1];
  if (attempt === undefined) return null;
  return {
    row: attemptRow(node, attempt),
    level: level + 1,
    position: under,
    setSize: node.attempts.length,
    isOpen: null,
  };
}

// What stayed the same keeps its row, so that nothing of it is drawn again.
const nodeRows = new WeakMap<TimelineNode, WaterfallRow>();
const attemptRows = new WeakMap<TimelineAttempt, WaterfallRow>();
const groupRows = new WeakMap<TimelineGroup, WaterfallRow>();

function nodeRow(node: TimelineNode): WaterfallRow {
  return keep(nodeRows, node, () => ({ kind: "node", key: node.key, node }));
}

function attemptRow(node: TimelineNode, attempt: TimelineAttempt): WaterfallRow {
  const key = `${node.key}#${attempt.number}`;
  return keep(attemptRows, attempt, () => ({ kind: "attempt", key, node, attempt }));
}

function groupRow(group: TimelineGroup): WaterfallRow {
  return keep(groupRows, group, () => ({ kind: "group", key: group.key, group }));
}

function keep<Of extends object>(
  known: WeakMap<Of, WaterfallRow>,
  of: Of,
  make: () => WaterfallRow,
): WaterfallRow {
  const found = known.get(of);
  if (found !== undefined) return found;
  const made = make();
  known.set(of, made);
  return made;
}

/** A path may hold a `#` itself. */
function splitKey(key: string, layout: Layout): readonly [string, number | null] {
  const at = key.lastIndexOf("#");
  if (at === -1 || layout.placeOf(key) !== undefined) return [key, null];
  return [key.slice(0, at), Number(key.slice(at + 1))];
}

/** Nodes with one attempt have nothing to unfold. */
export function isExpandable(node: TimelineNode): boolean {
  return node.attempts.length > 1;
}
