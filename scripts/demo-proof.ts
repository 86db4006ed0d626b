import type { ShownRun } from "./handshake-json.ts";

export interface Evidence {
  /** As stored before the kill was noticed by anybody, and at the end. */
  readonly before: ShownRun;
  readonly after: ShownRun;
  /** The file that each turn adds a line to: outside the database, so it cannot flatter. */
  readonly ledger: readonly string[];
}

export interface Check {
  readonly claim: string;
  readonly holds: boolean;
  readonly found: string;
}

/** What a durable engine promises, each counted. */
export function prove(evidence: Evidence): readonly Check[] {
  const { before, after, ledger } = evidence;
  const done = before.nodes.filter(({ status }) => status === "completed");
  const saved = savedTurns(before);
  const all = savedTurns(after);
  const count = (line: string): number => ledger.filter((each) => each === line).length;
  const doneAgain = done.filter(({ nodeId }) => startsOf(after, nodeId) !== 1);
  const rowsChanged = done.filter((node) => !isSame(node, nodeOf(after, node.nodeId)));
  const repeated = saved.filter((turn) => count(turn) !== 1);
  const missing = all.filter((turn) => count(turn) === 0);
  const twice = all.filter((turn) => count(turn) > 1);
  const recoveries = after.events.filter(({ type }) => type === "workflow_recovery").length;
  return [
    check("the run ended as completed", after.run.status === "completed", after.run.status),
    check(
      "one recovery event tells what happened",
      recoveries === 1,
      `${recoveries} in the history`,
    ),
    check(
      `none of the ${done.length} steps that were done started again`,
      doneAgain.length === 0 && done.length > 0,
      doneAgain.length === 0 ? "each has one start in its history" : names(doneAgain),
    ),
    check(
      "their rows did not change",
      rowsChanged.length === 0,
      rowsChanged.length === 0 ? "same end, same attempts" : names(rowsChanged),
    ),
    check(
      `none of the ${saved.length} turns that were saved ran again`,
      repeated.length === 0 && saved.length > 0,
      repeated.length === 0 ? "each stands once in the ledger" : repeated.join(", "),
    ),
    check(
      "every turn has run",
      missing.length === 0 && all.length > saved.length,
      missing.length === 0 ? `${all.length} turns, ${ledger.length} lines` : missing.join(", "),
    ),
    // The kill may fall between a turn's effect and its record: then that one turn, and no other, runs
    // again. A tool that must not be repeated uses the idempotency key that it is given.
    check(
      "at most the one turn under way was repeated",
      twice.length <= 1 && twice.every((turn) => count(turn) === 2 && !saved.includes(turn)),
      twice.length === 0 ? "not even that" : twice.join(", "),
    ),
  ];
}

/** `chapter-1: page 3`, as the turns write themselves into the ledger. */
export function savedTurns(shown: ShownRun): string[] {
  const nodeOfExecution = new Map(
    shown.events.flatMap(({ nodeId, data }) =>
      nodeId === null ? [] : [[data["nodeExecutionId"], nodeId] as const],
    ),
  );
  return shown.events
    .filter(({ type }) => type === "step.recorded")
    .map(
      ({ data }) =>
        `${nodeOfExecution.get(data["nodeExecutionId"]) ?? "?"}: ${String(data["name"])}`,
    );
}

function startsOf(shown: ShownRun, nodeId: string): number {
  return shown.events.filter((event) => event.nodeId === nodeId && event.to === "running").length;
}

function nodeOf(shown: ShownRun, nodeId: string) {
  return shown.nodes.find((node) => node.nodeId === nodeId);
}

function isSame(a: object, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function names(nodes: readonly { readonly nodeId: string }[]): string {
  return nodes.map(({ nodeId }) => nodeId).join(", ");
}

function check(claim: string, holds: boolean, found: string): Check {
  return { claim, holds, found };
}
