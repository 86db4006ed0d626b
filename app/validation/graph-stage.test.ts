import fc from "fast-check";
import { expect, test } from "vitest";
import { WorkflowDefinition } from "../model/workflow-definition.ts";
import { buildGraph, findAncestorPairs, findCycle, topologicalOrder } from "./graph.ts";
import { problemsOf } from "./validate.fixture.ts";

const node = (id: string, part: object = {}): object => ({
  id,
  type: "transform",
  with: { value: 1 },
  ...part,
});
const reading = (id: string, expression: string): object =>
  node(id, { with: { value: expression } });
const chain = [
  { from: "a", to: "b" },
  { from: "b", to: "c" },
];

function codesOf(part: object): string[] {
  return problemsOf(part).map(({ code, pointer }) => `${code} ${pointer}`);
}

test.each<[string, object, string[]]>([
  ["two nodes with one id", { nodes: [node("a"), node("a")] }, ["DUPLICATE_NODE_ID /nodes/1/id"]],
  [
    "an edge to a node that does not exist",
    { nodes: [node("fetch"), node("b")], edges: [{ from: "fecth", to: "b" }] },
    ["UNKNOWN_NODE /edges/0/from"],
  ],
  [
    "an edge back to its own node",
    { nodes: [node("a")], edges: [{ from: "a", to: "a" }] },
    ["SELF_LOOP /edges/0"],
  ],
  [
    "the same edge twice",
    { nodes: [node("a"), node("b")], edges: [chain[0], chain[0]] },
    ["DUPLICATE_EDGE /edges/1"],
  ],
  [
    "an error edge from a node whose failure ends the run",
    { nodes: [node("a"), node("b")], edges: [{ from: "a", to: "b", on: "error" }] },
    ["ERROR_EDGE_NEVER_TAKEN /edges/0/on"],
  ],
  [
    "a cycle behind a start",
    { nodes: [node("a"), node("b"), node("c")], edges: [...chain, { from: "c", to: "b" }] },
    ["CYCLE /edges/2"],
  ],
  [
    "a join of both outcomes of one node",
    {
      nodes: [node("a", { onError: "continue" }), node("b", { join: "all" })],
      edges: [
        { from: "a", to: "b" },
        { from: "a", to: "b", on: "error" },
      ],
    },
    ["JOIN_NEVER_COMPLETE /nodes/1/join"],
  ],
  [
    "expressions that do not compile",
    {
      nodes: [reading("a", "=input.("), node("b")],
      edges: [{ from: "a", to: "b", when: "=[" }],
      output: { x: "=1 +" },
    },
    [
      "BROKEN_EXPRESSION /nodes/0/with/value",
      "BROKEN_EXPRESSION /edges/0/when",
      "BROKEN_EXPRESSION /output/x",
    ],
  ],
  ["$eval", { nodes: [reading("a", "=$eval('1')")] }, ["BROKEN_EXPRESSION /nodes/0/with/value"]],
  [
    "a `with` that reads a node that does not exist",
    { nodes: [reading("a", "=nodes.x.output")] },
    ["UNKNOWN_NODE /nodes/0/with/value"],
  ],
  [
    "a `with` that reads its own node",
    { nodes: [reading("a", "=nodes.a.output")] },
    ["NOT_AN_ANCESTOR /nodes/0/with/value"],
  ],
  [
    "a `with` that reads a node that runs beside it",
    { nodes: [node("a"), reading("b", "=nodes.a.output")] },
    ["NOT_AN_ANCESTOR /nodes/1/with/value"],
  ],
  [
    "a `with` that reads a descendant",
    { nodes: [reading("a", "=$sum(nodes.c.output)"), node("b"), node("c")], edges: chain },
    ["NOT_AN_ANCESTOR /nodes/0/with/value"],
  ],
  [
    "a condition that reads the node that the edge leads to",
    { nodes: [node("a"), node("b")], edges: [{ from: "a", to: "b", when: "=nodes.b.output" }] },
    ["NOT_AN_ANCESTOR /edges/0/when"],
  ],
  [
    "an output of a node that does not exist",
    { output: "=nodes.x.output" },
    ["UNKNOWN_NODE /output"],
  ],
  [
    "a name that is not in scope",
    { nodes: [reading("a", "=inputs.url")] },
    ["UNKNOWN_REFERENCE /nodes/0/with/value"],
  ],
  [
    "`output` where there is none",
    { nodes: [node("a"), reading("b", "=output.x")], edges: [chain[0]] },
    ["UNKNOWN_REFERENCE /nodes/1/with/value"],
  ],
  [
    "`output` of an error edge",
    {
      nodes: [node("a", { onError: "continue" }), node("b")],
      edges: [{ from: "a", to: "b", on: "error", when: "=output.x" }],
    },
    ["UNKNOWN_REFERENCE /edges/0/when"],
  ],
  [
    "a member that a node's result has not",
    { nodes: [node("a"), reading("b", "=nodes.a.body.text")], edges: [chain[0]] },
    ["UNKNOWN_REFERENCE /nodes/1/with/value"],
  ],
])("[W3] %s is refused", (_name, part, codes) => {
  expect(codesOf(part)).toEqual(codes);
});

test.each<[string, object]>([
  [
    "a distant ancestor",
    { nodes: [node("a"), node("b"), reading("c", "=nodes.a.output")], edges: chain },
  ],
  [
    "its own source in a condition",
    {
      nodes: [node("a"), node("b")],
      edges: [{ from: "a", to: "b", when: "=nodes.a.output = output" }],
    },
  ],
  [
    "the error of an error edge",
    {
      nodes: [node("a", { onError: "continue" }), node("b")],
      edges: [{ from: "a", to: "b", on: "error", when: "=error.code = 'X'" }],
    },
  ],
  [
    "any node in the output",
    { nodes: [node("a"), node("b")], output: ["=nodes.a.output", "=nodes.b.output"] },
  ],
  [
    "nodes that cannot be told before the run",
    { nodes: [reading("a", "=$lookup(nodes, input.which)")] },
  ],
])("[W3] an expression may read %s", (_name, part) => {
  expect(codesOf(part)).toEqual([]);
});

test("[W3] while the graph is broken nothing is said of ancestors", () => {
  const nodes = [node("a"), reading("b", "=nodes.a.output"), node("c")];
  expect(codesOf({ nodes, edges: [...chain, { from: "c", to: "b" }].slice(1) })).toEqual([
    "CYCLE /edges/1",
  ]);
});

test("[W3] an unknown node is answered with the nearest one, and a hyphen with backquotes", () => {
  const [wrong] = problemsOf({
    nodes: [node("fetch"), node("b")],
    edges: [{ from: "fecth", to: "b" }],
  });
  expect(wrong?.text).toBe(
    `w.json#/edges/0/from: the edge's end is no node of this workflow; found "fecth", expected a node's id. Did you mean "fetch"?`,
  );
  const [hyphen] = problemsOf({
    nodes: [node("get-page"), reading("b", "=nodes.get-page.output")],
    edges: [{ from: "get-page", to: "b" }],
  }).filter(({ code }) => code === "UNKNOWN_NODE");
  expect(hyphen?.text).toContain(
    "expected nodes.`get-page`, with backquotes: elsewhere - is a minus sign",
  );
});

/** Edges between any of eight nodes, so that cycles are common. */
const anyEdges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });

function graphOf(edges: readonly (readonly [number, number])[]): {
  graph: ReturnType<typeof buildGraph>;
  isBefore: (from: number, to: number) => boolean;
} {
  const definition = WorkflowDefinition.parse({
    formatVersion: 1,
    id: "w",
    name: "W",
    version: 1,
    nodes: Array.from({ length: 8 }, (_, index) => ({ id: `n${index}`, type: "t" })),
    edges: edges.map(([from, to]) => ({ from: `n${from}`, to: `n${to}` })),
  });
  // Warshall's transitive closure, the slow way to the same answer.
  const reach = Array.from({ length: 8 }, () => new Set<number>());
  for (const [from, to] of edges) reach[from]?.add(to);
  for (let via = 0; via < 8; via++) {
    for (const from of reach) if (from.has(via)) for (const to of reach[via] ?? []) from.add(to);
  }
  return { graph: buildGraph(definition), isBefore: (from, to) => reach[from]?.has(to) ?? false };
}

test("a cycle is found exactly when there is one, and its edges join end to end", () => {
  fc.assert(
    fc.property(anyEdges, (edges) => {
      const { graph, isBefore } = graphOf(edges);
      const cycle = findCycle(graph, topologicalOrder(graph));
      const hasCycle = Array.from({ length: 8 }, (_, index) => isBefore(index, index)).some(
        Boolean,
      );
      expect(cycle !== null).toBe(hasCycle);
      const ends = (cycle ?? []).map((edge) => edges[edge]);
      for (const [index, end] of ends.entries()) {
        expect(end?.[1]).toBe(ends[(index + 1) % ends.length]?.[0]);
      }
    }),
  );
});

test("ancestors are those of the transitive closure", () => {
  const forward = anyEdges.map((edges) => edges.filter(([from, to]) => from < to));
  fc.assert(
    fc.property(forward, (edges) => {
      const { graph, isBefore } = graphOf(edges);
      const pairs = Array.from({ length: 64 }, (_, index) => ({ of: index >> 3, node: index & 7 }));
      const found = findAncestorPairs(graph, topologicalOrder(graph), pairs);
      for (const pair of pairs) expect(found.has(pair)).toBe(isBefore(pair.of, pair.node));
    }),
  );
});
