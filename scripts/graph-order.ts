import * as z from "zod";
import type { ShownRun } from "./handshake-json.ts";

/** The part of a workflow file that says what comes before what. */
export const Graph = z.object({
  nodes: z.array(z.object({ id: z.string() })),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
});
export type Graph = z.infer<typeof Graph>;

/**
 * Checks a run's stored history against its graph: each node completed exactly once, and began only
 * after all its parents had completed. Returns what is wrong, one sentence each; empty is right.
 */
export function findOrderProblems(graph: Graph, { run, events }: ShownRun): string[] {
  const problems: string[] = [];
  const completions = new Map<string, number>();
  const parents = new Map<string, string[]>();
  for (const { from, to } of graph.edges) parents.set(to, [...(parents.get(to) ?? []), from]);
  for (const { type, nodeId, to } of events) {
    if (type !== "node.status" || nodeId === null) continue;
    if (to === "completed") completions.set(nodeId, (completions.get(nodeId) ?? 0) + 1);
    // A node's first event, and every start of it.
    for (const parent of parents.get(nodeId) ?? []) {
      if (!completions.has(parent))
        problems.push(`${nodeId} became ${to} before ${parent} completed`);
    }
  }
  for (const { id } of graph.nodes) {
    const times = completions.get(id) ?? 0;
    if (times !== 1) problems.push(`${id} completed ${times} times`);
  }
  if (run.status !== "completed") problems.push(`the run is ${run.status}`);
  return problems;
}
