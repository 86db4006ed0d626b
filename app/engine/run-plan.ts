import type { CompiledExpression } from "../expression/compiled-expression.ts";
import { compileExpression } from "../expression/compiled-expression.ts";
import type { CompiledTemplate } from "../expression/template.ts";
import { compileTemplate } from "../expression/template.ts";
import type { ReplayClass } from "../model/node-execution.ts";
import type {
  PinnedDefinition,
  WorkflowDefinition,
  WorkflowNode,
} from "../model/workflow-definition.ts";
import { EngineError } from "./engine-error.ts";
import type { NodeRegistry, NodeType } from "./node-registry.ts";

/** A pinned definition made ready to run: indexes instead of names, expressions compiled. */
export interface RunPlan {
  readonly hash: string;
  readonly definition: WorkflowDefinition;
  readonly nodes: readonly PlanNode[];
  /** In the order of the definition: `takenEdges` are indexes into it. */
  readonly edges: readonly PlanEdge[];
  readonly indexById: ReadonlyMap<string, number>;
  readonly output: CompiledTemplate | null;
}

export interface PlanNode {
  readonly index: number;
  readonly node: WorkflowNode;
  readonly type: NodeType;
  readonly replay: ReplayClass;
  readonly sensitive: boolean;
  readonly input: CompiledTemplate;
  readonly incoming: readonly number[];
  readonly outgoing: readonly number[];
}

export interface PlanEdge {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly on: "success" | "error" | "always";
  readonly when: CompiledExpression | null;
}

/**
 * Compiles a definition. Throws EngineError CONFLICT, naming the node types, when this app no longer
 * has the versions that were pinned.
 */
export function compileRunPlan(pinned: PinnedDefinition, registry: NodeRegistry): RunPlan {
  const { resolved: definition, nodeTypeVersions } = pinned;
  refuseUnsupportedTypes(definition, nodeTypeVersions, registry);

  const indexById = new Map(definition.nodes.map((node, index) => [node.id, index]));
  const indexOf = (id: string): number => {
    const index = indexById.get(id);
    if (index === undefined) throw new EngineError("BAD_REQUEST", `There is no node "${id}".`);
    return index;
  };
  const edges = definition.edges.map((edge, index) => ({
    index,
    from: indexOf(edge.from),
    to: indexOf(edge.to),
    on: edge.on,
    when: edge.when === undefined ? null : compileExpression(edge.when),
  }));
  const incoming: number[][] = definition.nodes.map(() => []);
  const outgoing: number[][] = definition.nodes.map(() => []);
  for (const edge of edges) {
    incoming[edge.to]?.push(edge.index);
    outgoing[edge.from]?.push(edge.index);
  }
  const nodes = definition.nodes.map((node, index): PlanNode => {
    const type = requireType(registry, node.type);
    return {
      index,
      node,
      type,
      replay: node.replay ?? type.defaultReplay,
      sensitive: node.sensitive ?? type.sensitive,
      input: compileTemplate(node.with),
      incoming: incoming[index] ?? [],
      outgoing: outgoing[index] ?? [],
    };
  });
  return {
    hash: pinned.hash,
    definition,
    nodes,
    edges,
    indexById,
    output: definition.output === undefined ? null : compileTemplate(definition.output),
  };
}

export function planNode(plan: RunPlan, index: number): PlanNode {
  const node = plan.nodes[index];
  if (node === undefined) throw new RangeError(`The plan ${plan.hash} has no node ${index}.`);
  return node;
}

/** All nodes from which `index` can be reached, itself left out. */
export function ancestorsOf(plan: RunPlan, index: number): Set<number> {
  return reach(index, (node) =>
    planNode(plan, node).incoming.map((edge) => plan.edges[edge]?.from ?? node),
  );
}

/** All nodes that can be reached from `index`, itself left out. */
export function descendantsOf(plan: RunPlan, index: number): Set<number> {
  return reach(index, (node) =>
    planNode(plan, node).outgoing.map((edge) => plan.edges[edge]?.to ?? node),
  );
}

function reach(start: number, next: (node: number) => number[]): Set<number> {
  const found = new Set<number>();
  const open = next(start);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...next(node));
  }
  return found;
}

function requireType(registry: NodeRegistry, name: string): NodeType {
  const type = registry.get(name);
  if (type === null) throw new EngineError("CONFLICT", `Unknown node type "${name}".`);
  return type;
}

function refuseUnsupportedTypes(
  definition: WorkflowDefinition,
  versions: PinnedDefinition["nodeTypeVersions"],
  registry: NodeRegistry,
): void {
  const unsupported = [...new Set(definition.nodes.map((node) => node.type))].flatMap((name) => {
    const pinned = versions[name];
    const known = registry.get(name);
    if (known === null) return [`${name} (version ${pinned ?? "?"}, not known here)`];
    if (pinned !== undefined && pinned !== known.version) {
      return [`${name} (version ${pinned}, here ${known.version})`];
    }
    return [];
  });
  if (unsupported.length === 0) return;
  throw new EngineError(
    "CONFLICT",
    `Workflow "${definition.id}" needs node types that this version of the app does not have: ` +
      `${unsupported.join(", ")}. Use the app version that started the run, or run the workflow again.`,
    { unsupported },
  );
}
