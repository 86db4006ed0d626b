import type { JsonValue } from "../../app/model/json.ts";

/** A run that every world begins: its place in the list is its name. */
export interface PlannedRun {
  readonly requestKey: string;
  readonly workflow: string;
  readonly input: JsonValue;
}

export interface WorkloadSize {
  /** From 1: part of the runs' names. */
  readonly round: number;
  /** Of each handler and sub-step. */
  readonly pauseMs: number;
}

/**
 * Seven runs side by side: fan-out and join over sub-steps, retries with a short back-off, a delay, an
 * external effect, and a result that lies in a file of its own. The first three are one of each kind.
 */
export function plannedRuns({ round, pauseMs }: WorkloadSize): readonly PlannedRun[] {
  const of = (workflow: string, factor: number): PlannedRun => ({
    requestKey: `${round}-${factor}`,
    workflow,
    input: { factor, pauseMs },
  });
  return [
    of(fan, 1),
    of(chain, 2),
    of(large, 3),
    of(fan, 4),
    of(chain, 5),
    of(fan, 6),
    of(chain, 7),
  ];
}

const pauseMs = "=input.pauseMs";
const parts = ["one", "two", "three", "four", "five", "six"];

const fan = workflowFile({
  id: "fan",
  nodes: [
    { id: "split", type: "transform", with: { value: "=input.factor * 10" } },
    ...parts.map((id, index) => ({
      id,
      type: "ledger.work",
      with: { from: "=nodes.split.output", by: index + 1, turns: 2, pauseMs },
    })),
    {
      id: "joined",
      type: "transform",
      join: "all",
      with: { value: `=$sum([${parts.map((id) => `nodes.${id}.output.sum`).join(", ")}])` },
    },
  ],
  edges: parts.flatMap((id) => [
    { from: "split", to: id },
    { from: id, to: "joined" },
  ]),
  output: "=nodes.joined.output",
});

const chain = workflowFile({
  id: "chain",
  nodes: [
    {
      id: "flaky",
      type: "ledger.flaky",
      with: { fails: 2, pauseMs },
      retry: { maxAttempts: 4, initialDelayMs: 12, backoffFactor: 1.5 },
    },
    { id: "wait", type: "delay", with: { ms: 20 } },
    {
      id: "agent",
      type: "ledger.work",
      with: { from: "=input.factor", by: 100, turns: 6, pauseMs },
    },
    { id: "send", type: "ledger.external", with: { pauseMs } },
    {
      id: "told",
      type: "transform",
      with: { value: { sum: "=nodes.agent.output.sum", was: "=nodes.flaky.output" } },
    },
  ],
  edges: [
    { from: "flaky", to: "wait" },
    { from: "wait", to: "agent" },
    { from: "agent", to: "send" },
    { from: "send", to: "told" },
  ],
  output: "=nodes.told.output",
});

const large = workflowFile({
  id: "large",
  nodes: [
    { id: "page", type: "ledger.large", with: { bytes: 1_200_000, pauseMs } },
    { id: "rest", type: "ledger.work", with: { from: 0, by: 1, turns: 3, pauseMs } },
    { id: "copy", type: "transform", with: { value: "=nodes.page.output" } },
  ],
  edges: [
    { from: "page", to: "rest" },
    { from: "rest", to: "copy" },
  ],
  output: "=nodes.rest.output",
});

interface WorkflowParts {
  readonly id: string;
  readonly nodes: readonly object[];
  readonly edges: readonly object[];
  readonly output: string;
}

function workflowFile({ id, ...parts }: WorkflowParts): string {
  return JSON.stringify({ formatVersion: 1, id, name: id, version: 1, ...parts });
}
