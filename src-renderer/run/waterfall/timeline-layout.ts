import { mostSiblingRows, type SiblingClass } from "./group-siblings.ts";
import type { Layout, Member, Top } from "./timeline.ts";

/** A node as it is laid out; its place is its index. */
export interface LaidOut {
  readonly key: string;
  readonly path: string;
  readonly siblings: SiblingClass;
}

/** Where each node stands. It takes more members and new keys until something would move. */
export interface TimelineLayout extends Layout {
  readonly groups: readonly LaidOutGroup[];
  /** An unreached node got its execution. */
  rename(place: number, key: string): void;
  /** One more member at the end of its siblings' group; false when they have none. */
  append(node: LaidOut): boolean;
}

export interface LaidOutGroup {
  readonly key: string;
  readonly places: readonly number[];
}

/** In the order of `nodes`, but for siblings that are a group: that stands where the first of them would. */
export function layOut(nodes: readonly LaidOut[]): TimelineLayout {
  const classes = new Map<string, number[]>();
  const places = new Map<string, number>();
  const know = ({ key, path }: LaidOut, place: number): void => {
    places.set(key, place);
    places.set(path, place);
  };
  for (const [place, node] of nodes.entries()) {
    know(node, place);
    const siblings = classes.get(node.siblings.id);
    if (siblings === undefined) classes.set(node.siblings.id, [place]);
    else siblings.push(place);
  }
  const tops: Top[] = [];
  const topOf: number[] = [];
  const members: (Member | null)[] = [];
  const groups: { readonly key: string; readonly places: number[] }[] = [];
  const numbers = new Map<string, number>();
  for (const [place, node] of nodes.entries()) {
    const siblings = classes.get(node.siblings.id) ?? [];
    if (siblings.length <= mostSiblingRows) {
      topOf[place] = tops.length;
      members[place] = null;
      tops.push({ kind: "node", place });
      continue;
    }
    if (siblings[0] !== place) continue;
    for (const [index, sibling] of siblings.entries()) {
      topOf[sibling] = tops.length;
      members[sibling] = { group: groups.length, index };
    }
    const key = node.siblings.groupKey(node);
    numbers.set(key, groups.length);
    tops.push({ kind: "group", group: groups.length });
    groups.push({ key, places: siblings });
  }
  return {
    tops,
    groups,
    placeOf: (key) => places.get(key),
    topOf: (place) => topOf[place] ?? 0,
    groupOf: (key) => numbers.get(key),
    memberOf: (place) => members[place] ?? null,
    rename: (place, key) => void places.set(key, place),
    append(node) {
      const first = classes.get(node.siblings.id)?.[0];
      const member = members[first ?? -1] ?? null;
      const group = groups[member?.group ?? -1];
      if (first === undefined || member === null || group === undefined) return false;
      const place = members.length;
      know(node, place);
      topOf[place] = topOf[first] ?? 0;
      members[place] = { group: member.group, index: group.places.length };
      group.places.push(place);
      return true;
    },
  };
}
