import { isDeepStrictEqual } from "node:util";
import type { Job } from "../../app/model/job.ts";
import type { Attempt, NodeExecution, SubStep } from "../../app/model/node-execution.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import { rebuildRun } from "../../app/storage/rebuild-run.ts";
import type { IntegrityProblem } from "../../app/storage/storage.ts";
import { eventChecksum } from "./event-checksum.ts";
import { eventOfRow, type EventRow } from "./event-rows.ts";

export interface ChecksummedRow extends EventRow {
  readonly checksum: number;
}

/** What a run's rows say, to be compared with its history. */
export interface StoredRun {
  readonly run: WorkflowRun | null;
  readonly job: Job | null;
  /** By sequence. */
  readonly nodes: readonly NodeExecution[];
  /** By node, then number. */
  readonly attempts: readonly Attempt[];
  readonly subSteps: readonly SubStep[];
}

/** Numbers without gaps and checksums that match. */
export function checkEvents(
  runId: string,
  rows: readonly ChecksummedRow[],
): readonly IntegrityProblem[] {
  return rows.flatMap((row, index) => checkEvent(runId, row, index + 1));
}

/** Rows against what the history makes of them (F1). */
export function compareWithHistory(
  runId: string,
  events: readonly EventRow[],
  stored: StoredRun,
): readonly IntegrityProblem[] {
  const { run, job, nodes, attempts, subSteps } = stored;
  const rebuilt = rebuildRun(events.map((row) => eventOfRow(runId, row)));
  return [
    ...differences("run", { ...rebuilt.run }, { ...run }, runId),
    ...differences("job", { ...rebuilt.job }, { ...job }, runId),
    ...compareLists("node execution", rebuilt.nodes, nodes, runId),
    ...compareLists("attempt", rebuilt.attempts, attempts, runId),
    ...compareLists(
      "sub-step",
      rebuilt.subSteps.toSorted(byStep),
      subSteps.toSorted(byStep),
      runId,
    ),
  ];
}

function checkEvent(
  runId: string,
  row: ChecksummedRow,
  expectedSeq: number,
): readonly IntegrityProblem[] {
  const where = `event ${row.seq}`;
  const {
    seq,
    at,
    type,
    actor_kind: kind,
    actor_id: actor,
    actor_via: via,
    epoch,
    group_id: group,
    data,
  } = row;
  const problems: IntegrityProblem[] = [];
  if (seq !== expectedSeq)
    problems.push({ where, message: `event ${expectedSeq} is missing before it`, runId });
  if (eventChecksum(runId, seq, at, type, kind, actor, via, epoch, group, data) !== row.checksum) {
    problems.push({ where, message: "does not match its checksum", runId });
  }
  return problems;
}

function compareLists(
  what: string,
  expected: readonly object[],
  actual: readonly object[],
  runId: string,
): readonly IntegrityProblem[] {
  if (expected.length !== actual.length) {
    return [
      {
        where: what,
        message: `there are ${actual.length}, history says ${expected.length}`,
        runId,
      },
    ];
  }
  return expected.flatMap((item, index) =>
    differences(`${what} ${index + 1}`, { ...item }, { ...actual[index] }, runId),
  );
}

function differences(
  where: string,
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  runId: string,
): readonly IntegrityProblem[] {
  return Object.keys(expected)
    .filter((key) => !isDeepStrictEqual(asColumn(expected[key]), asColumn(actual[key])))
    .map((key) => ({
      where: `${where}, ${key}`,
      message: `is ${JSON.stringify(actual[key])}, history says ${JSON.stringify(expected[key])}`,
      runId,
    }));
}

function byStep(a: { nodeExecutionId: string; name: string; n: number }, b: typeof a): number {
  return (
    a.nodeExecutionId.localeCompare(b.nodeExecutionId) || a.name.localeCompare(b.name) || a.n - b.n
  );
}

/** A column of text holds half a surrogate pair as U+FFFD; the JSON of an event keeps it. */
function asColumn(value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
