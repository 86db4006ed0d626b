import type { WorkflowEdge } from "../../app/model/workflow-definition.ts";
import type { NodeStory } from "./story.ts";

/** Where a node of a played run is. */
export type Fate =
  | "waiting"
  | "queued"
  | "running"
  | "awaiting"
  | "stalled"
  | "done"
  | "failed"
  | "cancelled"
  | "skipped";

interface Node {
  readonly story: NodeStory;
  fate: Fate;
}

/**
 * The nodes whose incoming edges are all decided now, in the workflow's order: those with a taken edge
 * are ready, the others become `skipped` here, and what hangs on them is looked at again.
 */
export function readyAfter(graph: {
  readonly parts: ReadonlyMap<string, Node>;
  readonly edges: readonly WorkflowEdge[];
}): readonly string[] {
  const decided: string[] = [];
  for (let isNew = true; isNew;) {
    isNew = false;
    for (const [id, node] of graph.parts) {
      if (node.fate !== "waiting" || decided.includes(id)) continue;
      const verdict = verdictOn(id, graph);
      if (verdict === "open") continue;
      if (verdict === "skipped") node.fate = "skipped";
      decided.push(id);
      isNew = true;
    }
  }
  return decided;
}

function verdictOn(
  id: string,
  graph: Parameters<typeof readyAfter>[0],
): "open" | "ready" | "skipped" {
  const incoming = graph.edges.filter(({ to }) => to === id);
  if (incoming.length === 0) return "ready";
  let isTaken = false;
  for (const edge of incoming) {
    const source = graph.parts.get(edge.from);
    if (source === undefined) continue;
    const { fate, story } = source;
    if (fate !== "done" && fate !== "failed" && fate !== "skipped") return "open";
    if (fate === "skipped") continue;
    const fits = edge.on === "always" || (edge.on === "error") === (fate === "failed");
    if (fits && (edge.when === undefined || story.isTaken !== false)) isTaken = true;
  }
  return isTaken ? "ready" : "skipped";
}
