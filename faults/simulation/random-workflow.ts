import type { JsonObject, JsonValue } from "../../app/model/json.ts";
import type { ReplayClass } from "../../app/model/node-execution.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** A generated workflow in two forms: the file, and what a reference interpreter reads. */
export interface SimWorkflow {
  readonly id: string;
  readonly nodes: readonly SimNode[];
  readonly edges: readonly SimEdge[];
  readonly hasTimeLimit: boolean;
  /** The workflow file. */
  readonly source: JsonObject;
}

export interface SimNode {
  readonly id: string;
  readonly type: "work" | "instant" | "approval" | "delay";
  readonly plan: WorkPlan;
  /** Names of the input, and the ancestors whose `output.v` they take. */
  readonly reads: readonly { readonly name: string; readonly node: string }[];
  /** Its input has an expression that fails. */
  readonly isBroken: boolean;
  readonly replay: ReplayClass;
  readonly onError: "fail" | "continue";
  readonly join: "any" | "all";
  readonly review: boolean;
  readonly sensitive: boolean;
  readonly keepsConsent: boolean;
  readonly maxAttempts: number;
  readonly hasTimeout: boolean;
}

/** What a handler does, from its input: it has no state of its own. */
export interface WorkPlan {
  readonly salt: number;
  /** How the first attempts end, by the number of failed attempts that are stored before them. */
  readonly failures: readonly Failing[];
  readonly steps: readonly SimStep[];
  /** Ends at once when it is aborted, or only when the simulation lets it. */
  readonly obeysAbort: boolean;
}

export type Failing = "error" | "notStarted" | "fatal" | "hang";

export interface SimStep {
  readonly name: string;
  readonly isExternal: boolean;
  /** Runs beside the step before it. */
  readonly isParallel: boolean;
}

export interface SimEdge {
  readonly from: string;
  readonly to: string;
  readonly on: "success" | "error" | "always";
  readonly when: Condition | null;
}

export type Condition =
  | { readonly kind: "above"; readonly limit: number }
  | { readonly kind: "failed" }
  | { readonly kind: "never" }
  /** Another answer each time: what was decided once must stay. */
  | { readonly kind: "chance" }
  | { readonly kind: "broken" };

export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case "above":
      return `=output.v > ${condition.limit}`;
    case "failed":
      return "=$exists(error)";
    case "never":
      return "=false";
    case "chance":
      return "=$random() < 0.5";
    case "broken":
      return "=1 * 'x'";
  }
}

export function randomWorkflow(random: SeededRandom, id: string): SimWorkflow {
  const size = random.pick([1, 2, 3, 4, 5, 6, 8, 10]);
  const nodes: SimNode[] = [];
  const edges: SimEdge[] = [];
  const ancestors: Set<string>[] = [];
  for (let index = 0; index < size; index += 1) {
    const before = predecessors(random, index);
    const own = new Set<string>();
    for (const from of before) {
      const source = nodes[from];
      if (source === undefined) continue;
      own.add(source.id);
      for (const ancestor of ancestors[from] ?? []) own.add(ancestor);
      edges.push(randomEdge(random, source, `n${index}`));
    }
    ancestors.push(own);
    nodes.push(randomNode(random, index, [...own]));
  }
  const timeLimit = random.chance(0.12) ? random.pick([3_000, 30_000, 600_000]) : null;
  const source: JsonObject = {
    formatVersion: 1,
    id,
    name: `Simulated ${id}`,
    version: 1,
    onInterrupted: random.pick(["ask", "ask", "resume-safe", "fail"]),
    limits: {
      maxConcurrentNodes: random.pick([1, 2, 3, 8]),
      ...(timeLimit === null ? {} : { timeoutMs: timeLimit }),
    },
    nodes: nodes.map((node) => nodeSource(random, node)),
    edges: edges.map(({ from, to, on, when }) => ({
      from,
      to,
      on,
      ...(when === null ? {} : { when: conditionText(when) }),
    })),
    output: Object.fromEntries(nodes.map((node) => [node.id, `=nodes.${node.id}.output.v`])),
  };
  return { id, nodes, edges, hasTimeLimit: timeLimit !== null, source };
}

function predecessors(random: SeededRandom, index: number): number[] {
  if (index === 0 || random.chance(0.15)) return [];
  const chosen = new Set<number>();
  const many = random.pick([1, 1, 1, 2, 2, 3]);
  for (let count = 0; count < many; count += 1) chosen.add(random.below(index));
  return [...chosen].toSorted((a, b) => a - b);
}

function randomEdge(random: SeededRandom, source: SimNode, to: string): SimEdge {
  const on =
    source.onError === "continue"
      ? random.pick(["success", "success", "error", "always"] as const)
      : random.pick(["success", "success", "success", "always"] as const);
  const conditions: Condition[] = [
    { kind: "above", limit: random.below(97) },
    { kind: "above", limit: random.below(97) },
    { kind: "failed" },
    { kind: "never" },
    { kind: "chance" },
    { kind: "chance" },
    { kind: "broken" },
  ];
  const from = source.id;
  return { from, to, on, when: random.chance(0.3) ? random.pick(conditions) : null };
}

function randomNode(random: SeededRandom, index: number, ancestors: readonly string[]): SimNode {
  const type = random.pick([
    "work",
    "work",
    "work",
    "work",
    "work",
    "instant",
    "delay",
    "approval",
  ] as const);
  const isWork = type === "work";
  const failures: Failing[] = [];
  if (isWork && random.chance(0.35)) {
    const many = random.between(1, 3);
    for (let count = 0; count < many; count += 1) {
      failures.push(random.pick(["error", "error", "error", "notStarted", "fatal", "hang"]));
    }
  }
  const reads = ["a", "b"].flatMap((name) =>
    ancestors.length > 0 && random.chance(0.5) ? [{ name, node: random.pick(ancestors) }] : [],
  );
  return {
    id: `n${index}`,
    type,
    plan: {
      salt: random.below(97),
      failures,
      steps: isWork && random.chance(0.4) ? randomSteps(random) : [],
      obeysAbort: random.chance(0.5),
    },
    reads: type === "work" || type === "instant" ? reads : [],
    isBroken: random.chance(0.04) && (isWork || type === "instant"),
    replay: isWork ? random.pick(["pure", "idempotent", "idempotent", "external"]) : "pure",
    onError: random.pick(["fail", "continue", "continue"]),
    join: random.pick(["any", "any", "all"]),
    review: isWork && random.chance(0.1),
    sensitive: isWork && random.chance(0.12),
    keepsConsent: random.chance(0.4),
    maxAttempts: random.pick([1, 2, 2, 3]),
    hasTimeout: failures.includes("hang") || random.chance(0.1),
  };
}

function randomSteps(random: SeededRandom): SimStep[] {
  return Array.from({ length: random.between(1, 4) }, () => {
    // Few names: the n-th call of one name is a step of its own, unless it runs beside the others.
    const isParallel = random.chance(0.3);
    return {
      name: isParallel ? `side${random.below(1_000)}` : random.pick(["call", "tool"]),
      isExternal: random.chance(0.3),
      isParallel,
    };
  });
}

function nodeSource(random: SeededRandom, node: SimNode): JsonValue {
  const timeoutMs = random.pick([200, 2_000, 15_000]);
  return {
    id: node.id,
    type: node.type,
    with: inputSource(random, node),
    onError: node.onError,
    join: node.join,
    ...(node.type === "work"
      ? {
          replay: node.replay,
          review: node.review,
          sensitive: node.sensitive,
          consent: node.keepsConsent ? "keep" : "ask",
          retry: {
            maxAttempts: node.maxAttempts,
            initialDelayMs: random.pick([0, 50, 1_000, 20_000]),
            backoffFactor: 2,
          },
          ...(node.hasTimeout ? { timeoutMs } : {}),
        }
      : {}),
  };
}

function inputSource(random: SeededRandom, node: SimNode): JsonObject {
  switch (node.type) {
    case "delay":
      return { ms: random.pick([0, 500, 4_000, 20_000, 120_000]) };
    case "approval": {
      const expiresInMs = random.pick([null, null, 1_000, 60_000]);
      const onExpire = random.pick<JsonValue>(["fail", { approved: false, v: 7 }]);
      return {
        question: "Go on?",
        schema: {
          type: "object",
          required: ["approved"],
          properties: { approved: { type: "boolean" } },
        },
        ...(expiresInMs === null ? {} : { expiresInMs, onExpire }),
      };
    }
    case "work":
    case "instant":
      return {
        plan: JSON.parse(JSON.stringify(node.plan)) as JsonValue, // a plan is JSON
        n: "=input.n",
        // Another value each time it is evaluated.
        r: "=$random()",
        ...Object.fromEntries(
          node.reads.map((read) => [read.name, `=nodes.${read.node}.output.v`]),
        ),
        ...(node.isBroken ? { broken: "=1 * 'x'" } : {}),
      };
  }
}

/** What a node's handler answers to its input. */
export function workResult(input: JsonObject, plan: WorkPlan): number {
  const part = (name: string): number => {
    const value = input[name];
    return typeof value === "number" ? value : 0;
  };
  return (plan.salt + 3 * part("a") + 5 * part("b") + 7 * part("n")) % 97;
}
