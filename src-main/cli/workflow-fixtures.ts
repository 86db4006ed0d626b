import { writeFileSync } from "node:fs";
import { join } from "node:path";

// For tests: workflow files, written into a folder. Returns their paths.

export interface WorkflowParts {
  readonly id: string;
  readonly nodes: readonly object[];
  readonly edges?: readonly (readonly [from: string, to: string])[];
  /** Members beside these. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export function writeWorkflow(
  folder: string,
  { id, nodes, edges = [], more = {} }: WorkflowParts,
): string {
  const file = join(folder, `${id}.json`);
  const workflow = {
    formatVersion: 1,
    id,
    name: id,
    version: 1,
    nodes,
    edges: edges.map(([from, to]) => ({ from, to })),
    ...more,
  };
  writeFileSync(file, JSON.stringify(workflow));
  return file;
}

/** Two steps: 1 + 1, and its double. */
export function quickWorkflow(folder: string): string {
  return writeWorkflow(folder, {
    id: "quick",
    nodes: [
      { id: "one", type: "transform", with: { value: "=1 + 1" } },
      { id: "two", type: "transform", with: { value: "=nodes.one.output * 2" } },
    ],
    edges: [["one", "two"]],
    more: { output: "=nodes.two.output" },
  });
}

/** A quick step, an agent that never comes to an end by itself, and one behind it. */
export function endlessWorkflow(
  folder: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return writeWorkflow(folder, {
    id: "endless",
    nodes: [
      { id: "first", type: "transform", with: { value: "done" } },
      agent("middle", [
        { name: "said", say: "working" },
        { name: "thinks", thinkMs: 3_600_000 },
      ]),
      { id: "last", type: "transform", with: { value: "=nodes.first.output" } },
    ],
    edges: [
      ["first", "middle"],
      ["middle", "last"],
    ],
    more,
  });
}

/** A question, and a step that takes the answer over. */
export function approvalWorkflow(folder: string): string {
  return writeWorkflow(folder, {
    id: "asks",
    nodes: [
      { id: "ok", type: "approval", with: { question: "Go on?" } },
      { id: "then", type: "transform", with: { value: "=nodes.ok.output.approved" } },
    ],
    edges: [["ok", "then"]],
    more: { output: "=nodes.then.output" },
  });
}

export function agent(id: string, turns: readonly object[]): object {
  return { id, type: "agent.scripted", with: { turns } };
}
