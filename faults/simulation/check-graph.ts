import type { NodeData, NodeEvent } from "./check-attempts.ts";
import { checkAttempts } from "./check-attempts.ts";
import { isSameJson } from "./same-json.ts";
import type { Condition, SimEdge, SimNode, SimWorkflow } from "./random-workflow.ts";
import { workResult } from "./random-workflow.ts";
import type { EventRow, NodeRow, RunRow, SimDatabase } from "./sim-database.ts";
import type { JsonObject } from "../../app/model/json.ts";

type Problem = (text: string) => void;

/**
 * Interprets each run's graph once more, as simply as can be, from how its nodes ended: which edges are
 * taken, what runs, what is skipped, with which input, and what comes out (engine.md §3).
 */
export function checkGraphs(
  database: SimDatabase,
  workflows: ReadonlyMap<string, SimWorkflow>,
  problem: Problem,
): void {
  for (const run of database.runs()) {
    const workflow = workflows.get(run.workflowId);
    if (workflow === undefined) throw new Error(`There is no workflow ${run.workflowId}.`);
    new GraphCheck(database, run, workflow, (text) => problem(`run ${run.runId}: ${text}`)).check();
  }
}

class GraphCheck {
  readonly #run: RunRow;
  readonly #workflow: SimWorkflow;
  readonly #say: Problem;
  readonly #rows: ReadonlyMap<string, NodeRow>;
  readonly #events: readonly EventRow[];
  readonly #nodeEvents: ReadonlyMap<string, readonly NodeEvent[]>;
  readonly #skippedAt: ReadonlyMap<string, number>;
  readonly #input: JsonObject;
  readonly #database: SimDatabase;

  constructor(database: SimDatabase, run: RunRow, workflow: SimWorkflow, say: Problem) {
    this.#database = database;
    this.#run = run;
    this.#workflow = workflow;
    this.#say = say;
    this.#rows = new Map(database.nodes(run.runId).map((row) => [row.nodePath, row]));
    this.#events = database.events(run.runId);
    const nodeEvents = new Map<string, NodeEvent[]>();
    const skippedAt = new Map<string, number>();
    for (const { seq, type, data, actorKind } of this.#events) {
      if (type === "node.status") {
        const change = JSON.parse(data) as NodeData; // checked by check-history.ts
        const list = nodeEvents.get(change.nodePath) ?? [];
        list.push({ seq, actorKind, data: change });
        nodeEvents.set(change.nodePath, list);
      }
      if (type === "node.skipped")
        skippedAt.set((JSON.parse(data) as { nodePath: string }).nodePath, seq);
    }
    this.#nodeEvents = nodeEvents;
    this.#skippedAt = skippedAt;
    this.#input = JSON.parse(database.payload(run.runId, "input") ?? "{}") as JsonObject;
  }

  check(): void {
    for (const node of this.#workflow.nodes) {
      this.#checkEdgesOf(node);
      this.#checkReadiness(node);
      const row = this.#rows.get(node.id);
      if (row === undefined) continue;
      const nodeEvents = this.#nodeEvents.get(node.id) ?? [];
      this.#checkInput(node, row);
      this.#checkOutput(node, row);
      checkAttempts({ node, row, nodeEvents, events: this.#events, say: this.#say });
    }
    this.#checkEnd();
  }

  /** When a node's outcome was stored: every edge behind it is decided from then on. */
  #decidedAt(id: string): number {
    const row = this.#rows.get(id);
    if (row === undefined) return this.#skippedAt.get(id) ?? Infinity;
    if (row.status !== "completed" && row.status !== "failed") return Infinity;
    if (this.#wasMarkedFailed(id)) return Infinity;
    return this.#nodeEvents.get(id)?.at(-1)?.seq ?? Infinity;
  }

  #outputOf(id: string): JsonObject | null {
    const text = this.#rows.get(id)?.outputText;
    if (text === undefined || text === null || this.#rows.get(id)?.status !== "completed")
      return null;
    const output: unknown = JSON.parse(text);
    return typeof output === "object" && output !== null ? (output as JsonObject) : {};
  }

  #isTaken(edge: SimEdge): boolean | "broken" {
    const source = this.#rows.get(edge.from);
    const node = this.#workflow.nodes.find(({ id }) => id === edge.from);
    if (source === undefined || node === undefined) return false;
    const isSuccess = source.status === "completed";
    const isHandledError = source.status === "failed" && node.onError === "continue";
    if (!isSuccess && !isHandledError) return false;
    if (edge.on !== "always" && (edge.on === "success") !== isSuccess) return false;
    if (edge.when === null) return true;
    if (edge.when.kind === "chance") return this.#wasTaken(edge, source);
    return this.#holds(edge.when, edge.from, isSuccess);
  }

  #wasTaken(edge: SimEdge, source: NodeRow): boolean {
    const index = this.#workflow.edges.indexOf(edge);
    return (JSON.parse(source.takenEdges ?? "[]") as number[]).includes(index);
  }

  #holds(
    condition: Exclude<Condition, { kind: "chance" }>,
    source: string,
    isSuccess: boolean,
  ): boolean | "broken" {
    switch (condition.kind) {
      case "above": {
        const value = this.#outputOf(source)?.["v"];
        return typeof value === "number" && value > condition.limit;
      }
      case "failed":
        return !isSuccess;
      case "never":
        return false;
      case "broken":
        return "broken";
    }
  }

  #checkEdgesOf(node: SimNode): void {
    const row = this.#rows.get(node.id);
    if (row === undefined || (row.status !== "completed" && row.status !== "failed")) return;
    const expected = this.#workflow.edges.flatMap((edge, index) =>
      edge.from === node.id && this.#isTaken(edge) === true ? [index] : [],
    );
    const taken = JSON.parse(row.takenEdges ?? "[]") as number[];
    if (
      !isSameJson(
        taken.toSorted((a, b) => a - b),
        expected,
      ) &&
      !this.#wasMarkedFailed(node.id)
    )
      this.#say(`${node.id} took the edges ${taken.join()}, expected ${expected.join()}`);
  }

  /** A person marked the run failed: no edges are decided then. */
  #wasMarkedFailed(id: string): boolean {
    const end = this.#nodeEvents.get(id)?.at(-1)?.data;
    return end?.from === "stalled" && end.to === "failed";
  }

  #checkReadiness(node: SimNode): void {
    const incoming = this.#workflow.edges.filter((edge) => edge.to === node.id);
    const decidedAt = Math.max(0, ...incoming.map((edge) => this.#decidedAt(edge.from)));
    const results = incoming.map((edge) => this.#isTaken(edge));
    const taken = results.filter((result) => result === true).length;
    const isBroken = results.includes("broken");
    const isReady =
      incoming.length === 0 || (node.join === "all" ? taken === incoming.length : taken > 0);
    const begunAt = this.#nodeEvents.get(node.id)?.[0]?.seq ?? null;
    const skippedAt = this.#skippedAt.get(node.id) ?? null;
    if (isBroken) {
      // The first broken condition fails it, whatever the other edges say.
      if (begunAt === null && skippedAt === null && this.#isOver())
        this.#say(`${node.id} has a broken edge, and nothing became of it`);
      if (skippedAt !== null && !this.#mayBeSkippedBeforeBroken(incoming))
        this.#say(`${node.id} was skipped, not failed`);
      return;
    }
    if (begunAt !== null && !isReady) this.#say(`${node.id} began, though its edges are not taken`);
    if (begunAt !== null && begunAt < decidedAt)
      this.#say(`${node.id} began at ${begunAt}, its edges were decided at ${decidedAt}`);
    if (skippedAt !== null && (isReady || decidedAt > skippedAt))
      this.#say(
        `${node.id} was skipped at ${skippedAt}, decided at ${decidedAt}, ready: ${isReady}`,
      );
    const isDecided = decidedAt !== Infinity;
    if (isDecided && !isReady && skippedAt === null)
      this.#say(`${node.id} should have been skipped when its edges were decided`);
    if (isDecided && isReady && begunAt === null && this.#run.status.startsWith("completed"))
      this.#say(`${node.id} was ready and never ran`);
  }

  /** All its edges were decided by the group in which the condition broke. */
  #mayBeSkippedBeforeBroken(incoming: readonly SimEdge[]): boolean {
    return incoming.some(
      (edge) => this.#isTaken(edge) === "broken" && this.#decidedAt(edge.from) === Infinity,
    );
  }

  #isOver(): boolean {
    return this.#run.status.startsWith("completed");
  }

  #checkInput(node: SimNode, row: NodeRow): void {
    if (row.inputText === null || (node.type !== "work" && node.type !== "instant")) return;
    const begunAt = this.#nodeEvents
      .get(node.id)
      ?.find(({ data }) => data.inputRef !== undefined)?.seq;
    const { r, ...input } = JSON.parse(row.inputText) as JsonObject;
    if (typeof r !== "number") this.#say(`the input of ${node.id} has no random number`);
    const expected: Record<string, unknown> = { plan: node.plan, n: this.#input["n"] };
    for (const { name, node: source } of node.reads) {
      if (this.#decidedAt(source) < (begunAt ?? 0)) expected[name] = this.#outputOf(source)?.["v"];
    }
    if (!isSameJson(input, expected))
      this.#say(
        `the input of ${node.id} is ${row.inputText}, expected ${JSON.stringify(expected)}`,
      );
  }

  #checkOutput(node: SimNode, row: NodeRow): void {
    if (row.status !== "completed" || (node.type !== "work" && node.type !== "instant")) return;
    const end = this.#nodeEvents.get(node.id)?.at(-1);
    const isSupplied =
      end?.actorKind === "human" && end.data.reason !== "accepted" && end.data.reason !== undefined;
    if (isSupplied || row.inputText === null) return;
    const v = workResult(JSON.parse(row.inputText) as JsonObject, node.plan);
    const output = this.#outputOf(node.id);
    if (output?.["v"] !== v)
      this.#say(`${node.id} has the output ${row.outputText}, expected v ${v}`);
    if (node.type !== "work" || !isSameJson(output?.["steps"], this.#recordedSteps(node, row)))
      if (node.type === "work")
        this.#say(
          `${node.id} has the output ${row.outputText}, which is not what its sub-steps recorded`,
        );
  }

  #recordedSteps(node: SimNode, row: NodeRow): readonly unknown[] {
    const recorded = this.#database
      .steps(this.#run.runId)
      .filter(({ sequence, status }) => sequence === row.sequence && status === "recorded");
    const calls = new Map<string, number>();
    return node.plan.steps.map((step, index) => {
      const name = step.isParallel ? `side${index}` : step.name;
      const n = (calls.get(name) ?? 0) + 1;
      calls.set(name, n);
      const found = recorded.find((one) => one.name === name && one.n === n);
      return found === undefined || found.outputText === null
        ? null
        : (JSON.parse(found.outputText) as unknown);
    });
  }

  #checkEnd(): void {
    const { status } = this.#run;
    if (!status.startsWith("completed")) return;
    const failed = this.#workflow.nodes.filter(({ id }) => this.#rows.get(id)?.status === "failed");
    const expected = failed.length > 0 ? "completed_with_issues" : "completed";
    if (status !== expected) this.#say(`it ended as ${status}, expected ${expected}`);
    const output = Object.fromEntries(
      this.#workflow.nodes.map(({ id }) => [id, this.#outputOf(id)?.["v"]]),
    );
    const stored = JSON.parse(
      this.#database.payload(this.#run.runId, "output") ?? "null",
    ) as unknown;
    if (!isSameJson(stored, output))
      this.#say(`its output is ${JSON.stringify(stored)}, expected ${JSON.stringify(output)}`);
  }
}
