import type { Replayed } from "./replayed-run.ts";
import { terminal } from "./replayed-run.ts";
import { isSameJson } from "./same-json.ts";
import type { RunRow, SimDatabase } from "./sim-database.ts";

/** The rows are what the events say. */
export function compareRows(
  database: SimDatabase,
  run: RunRow,
  replayed: Replayed,
  lastSeq: number,
  say: (text: string) => void,
): void {
  const compare = (what: string, row: unknown, history: unknown): void => {
    if (!isSameJson(row ?? null, history ?? null))
      say(`${what} is ${JSON.stringify(row)}, history says ${JSON.stringify(history)}`);
  };
  compare("status", run.status, replayed.status);
  compare("last_seq", run.lastSeq, lastSeq);
  compare("wake_at", run.wakeAt, replayed.wakeAt);
  compare("closing", parse(run.closing), replayed.closing);
  compare("error", parse(run.error), replayed.error);
  compare("nodes_done", run.nodesDone, replayed.nodesDone);
  compare("crash_count", run.crashCount, replayed.crashCount);
  compare("an owner", run.ownerEpoch !== null, run.status === "running");
  const isOver = terminal.has(run.status) || run.status === "poisoned";
  compare("finished_at", run.finishedAt !== null, isOver);
  const rows = database.nodes(run.runId);
  compare(
    "the nodes",
    rows.map((row) => row.nodePath).toSorted(),
    [...replayed.nodes.keys()].toSorted(),
  );
  const attempts = database.attempts(run.runId);
  const steps = database.steps(run.runId);
  for (const row of rows) {
    const node = replayed.nodes.get(row.nodePath);
    if (node === undefined) continue;
    const of = (what: string): string => `${what} of ${row.nodePath}`;
    compare(of("status"), row.status, node.status);
    compare(of("sequence"), row.sequence, node.sequence);
    compare(of("input"), row.inputSha256, node.inputSha256);
    compare(of("output"), row.outputSha256, node.outputSha256);
    compare(of("taken edges"), parse(row.takenEdges), node.takenEdges);
    compare(of("not_before"), row.notBefore, node.notBefore);
    compare(of("question"), parse(row.question), node.question);
    compare(of("error"), parse(row.error), node.error);
    compare(of("finished_at"), row.finishedAt !== null, terminal.has(row.status));
    compare(
      of("attempts"),
      attempts
        .filter(({ sequence }) => sequence === row.sequence)
        .map(({ status, error }) => ({ status, error: parse(error) })),
      node.attempts,
    );
    compare(
      of("sub-steps"),
      steps
        .filter(({ sequence }) => sequence === row.sequence)
        .map(({ name, n, status }) => `${name}(${n}) ${status}`)
        .toSorted(),
      [...node.steps].map(([key, status]) => `${key} ${status}`).toSorted(),
    );
  }
}

function parse(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
