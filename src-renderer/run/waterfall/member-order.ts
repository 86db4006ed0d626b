import { isFailure } from "./is-failure.ts";
import { spanOf } from "./node-times.ts";
import type { Timeline, TimelineGroup, TimelineNode } from "./timeline.ts";

/** In which order an open group shows its members. */
export interface MemberOrder {
  /** Which of the members stands at a rank. */
  memberAt(rank: number): number;
  rankOf(member: number): number;
}

/**
 * Failures first, then by start, as it is now: the order stays while the group is open, and who joins
 * later stands at its end.
 */
export function orderMembers(
  group: TimelineGroup,
  nodes: Timeline["nodes"],
): readonly TimelineNode[] {
  return Array.from({ length: group.size }, (_, member) => nodes[group.places[member] ?? -1])
    .filter((node) => node !== undefined)
    .map((node) => ({ node, startMs: spanOf(node)?.startMs ?? Number.POSITIVE_INFINITY }))
    .toSorted((a, b) => failureRank(a.node) - failureRank(b.node) || order(a.startMs, b.startMs))
    .map(({ node }) => node);
}

/** Of members that are told by their paths, which outlive the places of a layout. */
export function makeMemberOrder(
  paths: readonly string[],
  group: TimelineGroup,
  nodes: Timeline["nodes"],
): MemberOrder {
  const members = new Map<string, number>();
  for (let member = 0; member < group.size; member++) {
    const node = nodes[group.places[member] ?? -1];
    if (node !== undefined) members.set(node.path, member);
  }
  const shown = paths.flatMap((path) => members.get(path) ?? []);
  for (const path of paths) members.delete(path);
  shown.push(...members.values());
  const ranks = new Map(shown.map((member, rank) => [member, rank]));
  return {
    memberAt: (rank) => shown[rank] ?? rank,
    rankOf: (member) => ranks.get(member) ?? member,
  };
}

function failureRank(node: TimelineNode): number {
  return isFailure(node.status) ? 0 : 1;
}

/** Infinities have no difference. */
function order(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
