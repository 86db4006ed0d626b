import type { WorkflowDefinition } from "../model/workflow-definition.ts";
import type { CompiledDefinition } from "./compile-definition.ts";
import { findAncestorPairs, type Graph } from "./graph.ts";
import { showNames, type ProblemList } from "./problem.ts";

interface Checked {
  readonly definition: WorkflowDefinition;
  readonly graph: Graph;
  readonly order: readonly number[];
  readonly compiled: CompiledDefinition;
}

/** Expressions read names that exist, and nodes that are finished by then: ancestors. */
export function checkReferences(list: ProblemList, checked: Checked): void {
  const { definition, graph, order } = checked;
  const references: NodeReference[] = [];
  for (const reader of readersOf(checked)) {
    if (list.isFull) return;
    checkScopeReads(list, reader);
    for (const id of reader.nodeRefs) {
      const of = graph.indexOf.get(id);
      if (of === undefined) addUnknownNode(list, { reader, id, graph });
      else if (reader.at !== null && !(reader.mayReadItself && of === reader.at)) {
        references.push({ of, node: reader.at, id, reader });
      }
    }
  }
  const distant = references.filter((reference) => !isPredecessor(graph, reference));
  const found = findAncestorPairs(graph, order, distant);
  for (const { id, node, reader } of distant.filter((reference) => !found.has(reference))) {
    const own = definition.nodes[node]?.id ?? "";
    const isItself = id === own;
    list.add({
      code: "NOT_AN_ANCESTOR",
      pointer: reader.pointer,
      nodeId: reader.nodeId,
      message: isItself
        ? "a node cannot read its own result"
        : `"${id}" need not be finished when this is evaluated`,
      found: `nodes.${id}`,
      expected: isItself ? "a node before it" : `a path of edges from "${id}" to "${own}"`,
    });
  }
}

/** One expression, where it stands, and as of which node it is evaluated. */
interface Reader {
  readonly pointer: string;
  readonly nodeId?: string;
  /** The node whose ancestors it may read; null for the run's output, which may read every node. */
  readonly at: number | null;
  /** An edge's condition also sees the node that the edge leaves. */
  readonly mayReadItself: boolean;
  readonly names: readonly string[];
  readonly nodeRefs: readonly string[];
  readonly scopeReads: readonly (readonly string[])[];
}

interface NodeReference {
  readonly of: number;
  readonly node: number;
  readonly id: string;
  readonly reader: Reader;
}

const names = ["input", "nodes", "run"];

function* readersOf({ definition, graph, compiled }: Checked): Generator<Reader> {
  for (const [index, node] of definition.nodes.entries()) {
    for (const { pointer, compiled: expression } of compiled.inputs[index]?.expressions ?? []) {
      yield {
        pointer: `/nodes/${index}/with${pointer}`,
        nodeId: node.id,
        at: index,
        mayReadItself: false,
        names,
        ...readsOf(expression),
      };
    }
  }
  for (const [index, edge] of definition.edges.entries()) {
    const expression = compiled.conditions[index] ?? null;
    if (expression === null) continue;
    yield {
      pointer: `/edges/${index}/when`,
      at: graph.ends[index]?.from ?? null,
      mayReadItself: true,
      names: [
        ...names,
        edge.on === "error" ? "error" : "output",
        ...(edge.on === "always" ? ["error"] : []),
      ],
      ...readsOf(expression),
    };
  }
  for (const { pointer, compiled: expression } of compiled.output?.expressions ?? []) {
    yield {
      pointer: `/output${pointer}`,
      at: null,
      mayReadItself: false,
      names,
      ...readsOf(expression),
    };
  }
}

function readsOf(expression: {
  readonly nodeRefs: readonly string[] | "all";
  readonly scopeReads: readonly (readonly string[])[];
}): Pick<Reader, "nodeRefs" | "scopeReads"> {
  // "all" cannot be told before the run; what is not there is undefined then.
  return {
    nodeRefs: expression.nodeRefs === "all" ? [] : expression.nodeRefs,
    scopeReads: expression.scopeReads,
  };
}

const members = ["output", "error", "status"];

function checkScopeReads(list: ProblemList, reader: Reader): void {
  for (const [name, id, member] of reader.scopeReads) {
    const where = { pointer: reader.pointer, nodeId: reader.nodeId };
    if (name !== undefined && !reader.names.includes(name)) {
      list.add({
        code: "UNKNOWN_REFERENCE",
        ...where,
        message: `the expression reads "${name}", which does not exist here`,
        found: `"${name}"`,
        expected: showNames(reader.names),
        nearestTo: { name, known: reader.names },
      });
    }
    if (name === "nodes" && member !== undefined && !members.includes(member)) {
      list.add({
        code: "UNKNOWN_REFERENCE",
        ...where,
        message: `a node's result has no "${member}"`,
        found: `nodes.${id}.${member}`,
        expected: `${showNames(members)}, as in nodes.${id}.output.${member}`,
        nearestTo: { name: member, known: members },
      });
    }
  }
}

function addUnknownNode(
  list: ProblemList,
  unknown: { readonly reader: Reader; readonly id: string; readonly graph: Graph },
): void {
  const { reader, id, graph } = unknown;
  // `nodes.my-node.output` is a subtraction to JSONata.
  const hyphenated = [...graph.indexOf.keys()].find((known) => known.startsWith(`${id}-`));
  list.add({
    code: "UNKNOWN_NODE",
    pointer: reader.pointer,
    nodeId: reader.nodeId,
    message: "the expression reads a node that does not exist",
    found: `nodes.${id}`,
    expected:
      hyphenated === undefined
        ? "a node's id"
        : `nodes.\`${hyphenated}\`, with backquotes: elsewhere - is a minus sign`,
    nearestTo: { name: id, known: graph.indexOf.keys() },
  });
}

/** The common case, told apart cheaply. A join of thousands is left to `findAncestorPairs`. */
function isPredecessor(graph: Graph, { of, node }: NodeReference): boolean {
  const incoming = graph.incoming[node] ?? [];
  return incoming.length <= 16 && incoming.some((edge) => graph.ends[edge]?.from === of);
}
