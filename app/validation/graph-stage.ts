import type { WorkflowEdge } from "../model/workflow-definition.ts";
import { buildGraph, findCycle, topologicalOrder, type Graph } from "./graph.ts";
import { createProblemList, type Problem, type ProblemList } from "./problem.ts";
import { checkReferences } from "./check-references.ts";
import { compileDefinition, type CompiledDefinition } from "./compile-definition.ts";
import type { Validation } from "./validation.ts";

/** The graph's shape, then its expressions: they compile, and read only what is there by then. */
export function checkGraph(validation: Validation): {
  readonly problems: readonly Problem[];
  readonly compiled: CompiledDefinition;
} {
  const { definition } = validation;
  const list = createProblemList({ stage: "graph", file: validation.file });
  const graph = buildGraph(definition);
  checkNodeIds(list, validation);
  checkEdges(list, { validation, graph });
  const order = topologicalOrder(graph);
  checkCycles(list, { validation, graph, order });
  const compiled = compileDefinition(definition, list);
  // Ancestors mean nothing in a graph that is none.
  if (list.problems.length === 0) {
    checkJoins(list, { validation, graph });
    checkReferences(list, { definition, graph, order, compiled });
  }
  return { problems: list.problems, compiled };
}

function checkNodeIds(list: ProblemList, { definition }: Validation): void {
  const firstAt = new Map<string, number>();
  for (const [index, { id }] of definition.nodes.entries()) {
    const first = firstAt.get(id);
    if (first === undefined) firstAt.set(id, index);
    else {
      list.add({
        code: "DUPLICATE_NODE_ID",
        pointer: `/nodes/${index}/id`,
        nodeId: id,
        message: `/nodes/${first} has the same id`,
        found: `"${id}"`,
        expected: "an id of its own",
      });
    }
  }
}

interface Checked {
  readonly validation: Validation;
  readonly graph: Graph;
}

function checkEdges(list: ProblemList, { validation, graph }: Checked): void {
  const { nodes, edges } = validation.definition;
  const seen = new Map<string, number>();
  for (const [index, edge] of edges.entries()) {
    if (list.isFull) return;
    const pointer = `/edges/${index}`;
    checkEdgeEnds(list, { edge, pointer, graph });
    const from = graph.indexOf.get(edge.from);
    if (edge.on === "error" && from !== undefined && nodes[from]?.onError === "fail") {
      list.add({
        code: "ERROR_EDGE_NEVER_TAKEN",
        pointer: `${pointer}/on`,
        nodeId: edge.from,
        message: `a failure of "${edge.from}" ends the run, so this edge is never taken`,
        found: '"error"',
        expected: `"onError": "continue" on the node "${edge.from}"`,
      });
    }
    // Ids have no line breaks.
    const key = `${edge.from}\n${edge.to}\n${edge.on}\n${edge.when ?? ""}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else {
      list.add({
        code: "DUPLICATE_EDGE",
        pointer,
        message: `/edges/${first} is the same edge`,
        found: `"${edge.from}" to "${edge.to}" twice`,
        expected: "each edge once",
      });
    }
  }
}

function checkEdgeEnds(
  list: ProblemList,
  checked: { readonly edge: WorkflowEdge; readonly pointer: string; readonly graph: Graph },
): void {
  const { edge, pointer, graph } = checked;
  for (const end of ["from", "to"] as const) {
    if (graph.indexOf.has(edge[end])) continue;
    list.add({
      code: "UNKNOWN_NODE",
      pointer: `${pointer}/${end}`,
      message: "the edge's end is no node of this workflow",
      found: `"${edge[end]}"`,
      expected: "a node's id",
      nearestTo: { name: edge[end], known: graph.indexOf.keys() },
    });
  }
  if (edge.from === edge.to) {
    list.add({
      code: "SELF_LOOP",
      pointer,
      nodeId: edge.from,
      message: "the edge leads back to its own node",
      found: `"${edge.from}" to "${edge.to}"`,
      expected: "another node: a run goes through each node once",
    });
  }
}

function checkCycles(
  list: ProblemList,
  { validation, graph, order }: Checked & { readonly order: readonly number[] },
): void {
  const cycle = findCycle(graph, order);
  const { nodes } = validation.definition;
  const closing = cycle?.at(-1);
  // A cycle of one edge is a self loop, which is said already.
  if (cycle === null || closing === undefined || cycle.length === 1) return;
  const ids = cycle.map((edge) => nodes[graph.ends[edge]?.from ?? -1]?.id ?? "?");
  const around = [...ids, ids[0]];
  const shown = around.length <= 12 ? around : [...around.slice(0, 10), "…", ids[0]];
  list.add({
    code: "CYCLE",
    pointer: `/edges/${closing}`,
    message: "the nodes wait for each other in a circle",
    found: shown.join(" → "),
    expected: "no way back: a run goes through each node once",
  });
}

function checkJoins(list: ProblemList, { validation, graph }: Checked): void {
  const { nodes, edges } = validation.definition;
  for (const [index, node] of nodes.entries()) {
    if (node.join !== "all") continue;
    const bySource = Map.groupBy(graph.incoming[index] ?? [], (edge) => edges[edge]?.from);
    for (const [source, incoming] of bySource) {
      const kinds = new Set(incoming.map((edge) => edges[edge]?.on));
      if (!kinds.has("success") || !kinds.has("error")) continue;
      list.add({
        code: "JOIN_NEVER_COMPLETE",
        pointer: `/nodes/${index}/join`,
        nodeId: node.id,
        message: `"${source}" either succeeds or fails, so not every edge into this node can be taken`,
        found: '"all"',
        expected: '"any", or only one of the two edges',
      });
    }
  }
}
