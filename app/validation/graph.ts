import type { WorkflowDefinition, WorkflowEdge } from "../model/workflow-definition.ts";

/** A definition's nodes and edges by index, without the edges that lead nowhere. */
export interface Graph {
  readonly size: number;
  readonly indexOf: ReadonlyMap<string, number>;
  /** For each node its outgoing and incoming edges, as indexes into the definition's `edges`. */
  readonly outgoing: readonly (readonly number[])[];
  readonly incoming: readonly (readonly number[])[];
  /** For each edge its ends; null where an end is unknown. */
  readonly ends: readonly (EdgeEnds | null)[];
}

export interface EdgeEnds {
  readonly from: number;
  readonly to: number;
}

export function buildGraph({ nodes, edges }: WorkflowDefinition): Graph {
  const indexOf = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    if (!indexOf.has(node.id)) indexOf.set(node.id, index);
  }
  const outgoing: number[][] = nodes.map(() => []);
  const incoming: number[][] = nodes.map(() => []);
  const ends = edges.map((edge) => endsOf(edge, indexOf));
  for (const [index, edge] of ends.entries()) {
    if (edge === null) continue;
    outgoing[edge.from]?.push(index);
    incoming[edge.to]?.push(index);
  }
  return { size: nodes.length, indexOf, outgoing, incoming, ends };
}

/** Every node after all that lead to it; nodes on or behind a cycle are missing. */
export function topologicalOrder(graph: Graph): readonly number[] {
  const waiting = graph.incoming.map((edges) => edges.length);
  const order = [...waiting.keys()].filter((node) => waiting[node] === 0);
  // `order` grows while it is walked.
  for (const node of order) {
    for (const edge of graph.outgoing[node] ?? []) {
      const to = graph.ends[edge]?.to;
      if (to === undefined) continue;
      const left = (waiting[to] ?? 0) - 1;
      waiting[to] = left;
      if (left === 0) order.push(to);
    }
  }
  return order;
}

/** One cycle as edges, each beginning where the one before ends; null when there is none. */
export function findCycle(graph: Graph, order: readonly number[]): readonly number[] | null {
  if (order.length === graph.size) return null;
  const isOrdered = new Set(order);
  // From any node that is left there is an incoming edge from another one that is left: go back
  // until a node comes again.
  let node = firstMissing(graph.size, isOrdered);
  const path: number[] = [];
  const stepOf = new Map<number, number>();
  while (!stepOf.has(node)) {
    stepOf.set(node, path.length);
    const edge = (graph.incoming[node] ?? []).find(
      (each) => !isOrdered.has(graph.ends[each]?.from ?? -1),
    );
    const from = edge === undefined ? undefined : graph.ends[edge]?.from;
    if (edge === undefined || from === undefined) return null;
    path.push(edge);
    node = from;
  }
  return path.slice(stepOf.get(node)).toReversed();
}

/**
 * Which of the asked pairs are true: `of` comes before `node` on some path. Linear in nodes and edges
 * for every 32 distinct `of`s, which are followed through the graph together.
 */
export function findAncestorPairs<Pair extends { readonly of: number; readonly node: number }>(
  graph: Graph,
  order: readonly number[],
  pairs: readonly Pair[],
): ReadonlySet<Pair> {
  const groups = Map.groupBy(pairs, (pair) => pair.of);
  const sources = [...groups.keys()];
  const found = new Set<Pair>();
  for (let start = 0; start < sources.length; start += 32) {
    const block = sources.slice(start, start + 32);
    const marks = new Int32Array(graph.size);
    for (const [bit, source] of block.entries()) mark(marks, source, 1 << bit);
    for (const node of order) {
      for (const edge of graph.outgoing[node] ?? []) {
        mark(marks, graph.ends[edge]?.to ?? -1, marks[node] ?? 0);
      }
    }
    for (const [bit, source] of block.entries()) {
      for (const pair of groups.get(source) ?? []) {
        const isMarked = ((marks[pair.node] ?? 0) & (1 << bit)) !== 0;
        if (isMarked && pair.node !== source) found.add(pair);
      }
    }
  }
  return found;
}

function mark(marks: Int32Array, node: number, bits: number): void {
  // Outside the array nothing is stored.
  marks[node] = (marks[node] ?? 0) | bits;
}

function endsOf(edge: WorkflowEdge, indexOf: ReadonlyMap<string, number>): EdgeEnds | null {
  const from = indexOf.get(edge.from);
  const to = indexOf.get(edge.to);
  return from === undefined || to === undefined ? null : { from, to };
}

function firstMissing(size: number, present: ReadonlySet<number>): number {
  for (let index = 0; index < size; index++) if (!present.has(index)) return index;
  return -1;
}
