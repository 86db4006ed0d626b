/** A run as its events tell it. */
export interface Replayed {
  status: string | null;
  closing: { readonly to: string } | null;
  wakeAt: string | null;
  error: unknown;
  crashCount: number;
  nodesDone: number;
  readonly nodes: Map<string, ReplayedNode>;
  readonly skipped: Set<string>;
}

export interface ReplayedNode {
  readonly sequence: number;
  status: string;
  attempts: { status: string; error: unknown }[];
  inputSha256: string | null;
  outputSha256: string | null;
  takenEdges: readonly number[] | null;
  notBefore: string | null;
  question: unknown;
  error: unknown;
  readonly steps: Map<string, "intended" | "recorded">;
  /** What allows the next attempt of an external node; cleared by each attempt. */
  mayRunAgain: boolean;
}

export const terminal: ReadonlySet<string> = new Set([
  "completed",
  "completed_with_issues",
  "failed",
  "cancelled",
]);

export function nodeOf(run: Replayed, nodeExecutionId: string): ReplayedNode | undefined {
  const sequence = Number.parseInt(nodeExecutionId.slice(28), 16);
  return [...run.nodes.values()].find((node) => node.sequence === sequence);
}

export function newNode(sequence: number): ReplayedNode {
  return {
    sequence,
    status: "",
    attempts: [],
    inputSha256: null,
    outputSha256: null,
    takenEdges: null,
    notBefore: null,
    question: null,
    error: null,
    steps: new Map(),
    mayRunAgain: true,
  };
}
