import { setTimeout } from "node:timers/promises";
import { createNodeRegistry, type NodeType } from "../app/engine/node-registry.ts";
import type { JsonValue } from "../app/model/json.ts";
import { isJsonObject } from "../app/model/json.ts";
import { type PinnedDefinition, WorkflowDefinition } from "../app/model/workflow-definition.ts";
import { pinDefinition } from "../app/validation/pin-definition.ts";
import { transform } from "../src-main/nodes/transform.ts";
import { systemPorts } from "../src-main/core/system-ports.ts";

/** As long as it takes to make an output of about 200 bytes. */
const filler = "Every step is written down at once, and after a crash work goes on. ".repeat(3);

/** What a floor writes as input and output of a step. */
export const stepOutput = { count: 500, text: filler.slice(0, 175) };

/** A trivial step: one more than the step before it. Its input is checked as a `transform`'s is. */
const step: NodeType = {
  ...transform,
  type: "bench.step",
  description: "Counts the steps before it.",
  execute: (input) => ({ count: countOf(input["value"] ?? null) + 1, text: stepOutput.text }),
};

export const stepRegistry = createNodeRegistry([step]);

/** How long a step of `waitingRegistry` waits for something outside. */
export const waitMs = 20;

/** The same workflows, whose steps wait before they answer. */
export const waitingRegistry = createNodeRegistry([
  {
    ...step,
    async execute(input, context) {
      await setTimeout(waitMs);
      return step.execute(input, context);
    },
  },
]);

/** A step's number, or 0 for what is not a step's output. */
export function countOf(output: JsonValue): number {
  const count = isJsonObject(output) ? output["count"] : undefined;
  return typeof count === "number" ? count : 0;
}

/** A chain: each step's input is an expression on the output of the one before. */
export function chainOf(length: number): PinnedDefinition {
  const ids = Array.from({ length }, (_, index) => `step${index + 1}`);
  return pin({
    id: `chain-${length}`,
    nodes: ids.map((id, index) => stepNode(id, ids[index - 1])),
    edges: ids.slice(1).map((to, index) => ({ from: ids[index] ?? "", to })),
    output: `=nodes.${ids.at(-1)}.output`,
  });
}

/** A first step, then all others but one side by side, then one that waits for all of them. */
export function fanOf(nodes: number, maxConcurrentNodes: number): PinnedDefinition {
  const leaves = Array.from({ length: nodes - 2 }, (_, index) => `leaf${index + 1}`);
  return pin({
    id: `fan-${nodes}`,
    limits: { maxConcurrentNodes },
    nodes: [
      stepNode("first", undefined),
      ...leaves.map((id) => stepNode(id, "first")),
      { ...stepNode("join", leaves.at(-1)), join: "all" },
    ],
    edges: leaves.flatMap((leaf) => [
      { from: "first", to: leaf },
      { from: leaf, to: "join" },
    ]),
    output: "=nodes.join.output",
  });
}

function stepNode(id: string, before: string | undefined) {
  const value = before === undefined ? "=input" : `=nodes.${before}.output`;
  return { id, type: step.type, with: { value } };
}

function pin(workflow: { readonly id: string; readonly [member: string]: JsonValue }) {
  const source = { formatVersion: 1, name: workflow.id, version: 1, ...workflow };
  return pinDefinition({
    source,
    definition: WorkflowDefinition.parse(source),
    nodeTypeVersions: { [step.type]: step.version },
    sha256: (text) => systemPorts.digest(text).sha256,
  });
}
