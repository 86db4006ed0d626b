import fc from "fast-check";
import { expect, it } from "vitest";
import { createNodeRegistry } from "./node-registry.ts";
import { decideEdges, progressState, startProgress } from "./ready-nodes.ts";
import { compileRunPlan } from "./run-plan.ts";
import type { RunPlan } from "./run-plan.ts";
import { pin } from "../../src-main/testing/engine-bed.ts";
import { transform } from "../../src-main/nodes/transform.ts";

const registry = createNodeRegistry([transform]);

interface Graph {
  readonly joins: readonly ("any" | "all")[];
  readonly edges: readonly { from: number; to: number; taken: boolean }[];
}

/** Graphs whose edges lead from lower to higher numbers, each with the decision it will get. */
const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    joins: fc.array(fc.constantFrom("any" as const, "all" as const), {
      minLength: size,
      maxLength: size,
    }),
    edges: fc
      .uniqueArray(
        fc.record({
          from: fc.integer({ min: 0, max: size - 1 }),
          to: fc.integer({ min: 0, max: size - 1 }),
          taken: fc.boolean(),
        }),
        { maxLength: 30, selector: ({ from, to }) => `${from}-${to}` },
      )
      .map((edges) => edges.filter(({ from, to }) => from < to)),
  }),
);

function planOf({ joins, edges }: Graph): RunPlan {
  return compileRunPlan(
    pin(
      {
        nodes: joins.map((join, index) => ({
          id: `n${index}`,
          type: "transform",
          join,
          with: { value: 1 },
        })),
        edges: edges.map(({ from, to }) => ({ from: `n${from}`, to: `n${to}` })),
      },
      () => ({ sha256: "0" }),
    ),
    registry,
  );
}

/** engine.md §3, written down naively: nodes in topological order, each looked at once. */
function expectedRuns({ joins, edges }: Graph): boolean[] {
  const runs: boolean[] = [];
  for (const [index, join] of joins.entries()) {
    const incoming = edges.filter(({ to }) => to === index);
    const taken = incoming.filter((edge) => edge.taken && runs[edge.from] === true);
    runs.push(
      incoming.length === 0 ||
        (join === "all" ? taken.length === incoming.length : taken.length > 0),
    );
  }
  return runs;
}

it("each node runs or is skipped as the rules say, whatever the order in which nodes end", () => {
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (graph, choices) => {
      const plan = planOf(graph);
      const { progress, ready } = startProgress(plan);
      const open = [...ready];
      const ran: number[] = [];
      const skipped: number[] = [];
      while (open.length > 0) {
        const [node] = open.splice((choices.next().value ?? 0) % open.length, 1);
        if (node === undefined) break;
        ran.push(node);
        const taken = graph.edges.flatMap((edge, index) =>
          edge.from === node && edge.taken ? [index] : [],
        );
        const decision = decideEdges(plan, progress, node, new Set(taken));
        open.push(...decision.ready);
        skipped.push(...decision.skipped.map((item) => item.node));
      }
      const expected = expectedRuns(graph);
      expect(ran.toSorted((a, b) => a - b)).toEqual(
        expected.flatMap((runs, node) => (runs ? [node] : [])),
      );
      expect(skipped.toSorted((a, b) => a - b)).toEqual(
        expected.flatMap((runs, node) => (runs ? [] : [node])),
      );
      expect(progress.open).toBe(0);
    }),
  );
});

it("a completion costs its own edges, not the size of the graph", () => {
  const size = 10_000;
  const plan = planOf({
    joins: Array.from({ length: size + 1 }, () => "any" as const),
    edges: Array.from({ length: size }, (_, index) => ({ from: 0, to: index + 1, taken: true })),
  });
  const { progress } = startProgress(plan);
  decideEdges(plan, progress, 0, new Set(plan.edges.keys()));
  // Counting the reads of the shared arrays: a leaf's end looks at no other node.
  let reads = 0;
  const counted = {
    ...progress,
    state: new Proxy(progress.state, {
      get(target, key) {
        reads += 1;
        return Reflect.get(target, key) as unknown;
      },
    }),
  };
  for (let leaf = 1; leaf <= 100; leaf += 1) decideEdges(plan, counted, leaf, new Set());
  expect(reads).toBeLessThanOrEqual(300);
  expect(progress.state[1]).toBe(progressState.done);
});
