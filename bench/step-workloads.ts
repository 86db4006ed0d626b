import { measureSteps } from "./step-workload.ts";
import { chainOf, fanOf } from "./step-workflows.ts";
import type { Workload } from "./workload.ts";

const chainLength = (isQuick: boolean): number => (isQuick ? 200 : 1_000);

/** W1: nothing can be batched, so each step costs one commit. */
export const sequentialSteps: Workload = {
  title: "one run, 1,000 steps one after another",
  stepsARound: chainLength,
  mostSyncsAStep: 1.05,
  measure(options) {
    const length = chainLength(options.isQuick);
    return measureSteps(
      {
        definition: chainOf(length),
        runs: 1,
        nodesARun: length,
        lastCount: length,
        width: 1,
        targets: { ratio: { atLeast: 1.1 }, commits: { atMost: 1.02 } },
      },
      options,
    );
  },
};

/** W2: the transitions of all runs in one turn share a commit. */
export const manyRuns: Workload = {
  title: "100 runs at once, 10 steps each",
  stepsARound: () => 1_000,
  measure: (options) =>
    measureSteps(
      {
        definition: chainOf(10),
        runs: 100,
        nodesARun: 10,
        lastCount: 10,
        width: 100,
        conditions: ["creating the runs is part of the time"],
        targets: { ratio: { atLeast: 8 } },
      },
      options,
    ),
};

const maxConcurrentNodes = 64;
const fanSize = (isQuick: boolean): number => (isQuick ? 1_000 : 10_000);

/** W3: scheduling must cost the edges touched, not the size of the graph. */
export const wideGraph: Workload = {
  title: "one graph of 10,000 nodes: a step, 9,998 side by side, a join",
  stepsARound: fanSize,
  measure(options) {
    const nodes = fanSize(options.isQuick);
    return measureSteps(
      {
        definition: fanOf(nodes, maxConcurrentNodes),
        runs: 1,
        nodesARun: nodes,
        lastCount: 3,
        width: maxConcurrentNodes,
        isOneRun: true,
        conditions: [
          `maxConcurrentNodes ${maxConcurrentNodes}; floor (a) is measured on 1,000 steps`,
          "nodes that wait for a slot are stored as queued first",
        ],
        targets: { ratio: { atLeast: 8 }, block: { below: 50 } },
      },
      options,
    );
  },
};
