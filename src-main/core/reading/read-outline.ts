import type { ParsedInput, RequestOutput } from "../../../app/contract/contract.ts";
import type { PlannedNode } from "../../../app/contract/run.ts";
import { buildGraph, topologicalOrder } from "../../../app/validation/graph.ts";
import type { WorkflowDefinition } from "../../../app/model/workflow-definition.ts";
import { pageOf } from "./fit-piece.ts";
import { titleOf, type DefinitionCache } from "./node-names.ts";
import type { ReadStorage } from "./read-storage.ts";

const keptOutlines = 4;

/** The nodes of a run's pinned definition, in topological order, whether they were reached or not. */
export function outlineReads(storage: ReadStorage, definitions: DefinitionCache) {
  const outlines = new Map<string, readonly PlannedNode[]>();

  async function outlineOf(hash: string): Promise<readonly PlannedNode[]> {
    const known = outlines.get(hash);
    if (known !== undefined) return known;
    const found = await definitions.get(hash);
    const outline = found === null ? [] : planOf(found.definition.resolved);
    outlines.set(hash, outline);
    const [oldest] = outlines.keys();
    if (outlines.size > keptOutlines && oldest !== undefined) outlines.delete(oldest);
    return outline;
  }

  return {
    async outline(query: ParsedInput<"run.outline">): Promise<RequestOutput<"run.outline"> | null> {
      const { runId, after, limit } = query;
      const run = await storage.getRun(runId);
      if (run === null) return null;
      const outline = await outlineOf(run.definitionHash);
      const page = pageOf(outline.slice(after, after + limit), {
        limit,
        numberOf: ({ position }) => position,
      });
      return { nodes: page.rows, total: outline.length, next: page.next };
    },
  };
}

function planOf(definition: WorkflowDefinition): PlannedNode[] {
  const { nodes, edges } = definition;
  const sources = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) sources.get(to)?.push(from);
  const order = topologicalOrder(buildGraph(definition));
  return order.flatMap((index, place) => {
    const node = nodes[index];
    if (node === undefined) return [];
    const { id, name, type, replay = null } = node;
    const after = [...new Set(sources.get(id))].slice(0, 100);
    return [{ position: place + 1, nodeId: id, name: titleOf(name ?? id), type, replay, after }];
  });
}
