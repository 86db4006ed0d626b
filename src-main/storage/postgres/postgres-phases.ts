import { nodeKey } from "./postgres-batch-state.ts";
import { sendChunks } from "./postgres-chunks.ts";
import { insertEvents } from "./postgres-event-writes.ts";
import { together, type RowsToWrite } from "./postgres-multi-row.ts";
import { insertNodes, takeOverNodes, updateNodes, upsertSteps } from "./postgres-node-writes.ts";
import {
  advanceRuns,
  insertJobs,
  insertRunPayloads,
  insertRuns,
  setJobMetrics,
  updateRuns,
} from "./postgres-run-writes.ts";
import type { Transaction } from "./postgres-transaction.ts";
import { noWrites, type RunUpdate, type Writes } from "./postgres-writes.ts";

/**
 * Writes that go out together: groups that do not have to see each other's rows. A wave is one statement,
 * in which a row is written once: its next change waits for the next wave.
 */
export interface Phase {
  readonly waves: Writes[];
  /** The next wave that may write a row, by its key. */
  readonly nextWaves: Map<string, number>;
  /** The newest change of each run. */
  readonly runUpdates: Map<string, RunUpdate>;
}

export function newPhase(): Phase {
  return { waves: [], nextWaves: new Map(), runUpdates: new Map() };
}

export function addWrites(phase: Phase, group: Writes): void {
  const first = waveAt(phase, 0);
  first.largePayloads.push(...group.largePayloads);
  for (const run of group.runs) {
    first.runs.push(run);
    takeWave(phase, run.runId);
    // They find the job by its run.
    takeWave(phase, metricsKey(run.runId));
  }
  first.runPayloads.push(...group.runPayloads);
  for (const update of group.runUpdates) addRunUpdate(phase, update);
  for (const metrics of group.jobMetrics)
    takeWave(phase, metricsKey(metrics.runId)).jobMetrics.push(metrics);
  for (const node of group.nodes) {
    first.nodes.push(node);
    takeWave(phase, nodeKey(node.runId, node.sequence));
  }
  for (const update of group.nodeUpdates)
    takeWave(phase, nodeKey(update.runId, update.sequence)).nodeUpdates.push(update);
  for (const step of group.steps)
    takeWave(phase, `${nodeKey(step.runId, step.sequence)}/${step.n}/${step.name}`).steps.push(
      step,
    );
  first.events.push(...group.events);
}

const metricsKey = (runId: string): string => `metrics of ${runId}`;

function waveAt({ waves }: Phase, index: number): Writes {
  return (waves[index] ??= noWrites());
}

function takeWave(phase: Phase, key: string): Writes {
  const index = phase.nextWaves.get(key) ?? 0;
  phase.nextWaves.set(key, index + 1);
  return waveAt(phase, index);
}

function addRunUpdate(phase: Phase, update: RunUpdate): void {
  const last = phase.runUpdates.get(update.runId);
  if (last === undefined || (last.status !== null && update.status !== null)) {
    takeWave(phase, update.runId).runUpdates.push(update);
    phase.runUpdates.set(update.runId, update);
    // Only the first wave says where the run was, only the last one where it came to.
    if (last !== undefined) last.revision = last.lastSeq = update.expect = null;
    return;
  }
  last.status ??= update.status;
  last.closing ??= update.closing;
  last.pinned = update.pinned ?? last.pinned;
  last.tags = update.tags ?? last.tags;
  last.nodesDone += update.nodesDone;
  last.progressed ||= update.progressed;
  last.revision = update.revision;
  last.lastSeq = update.lastSeq;
}

/** Sends a phase: a statement a wave, nothing awaited. */
export function sendPhase(transaction: Pick<Transaction, "send">, { waves }: Phase): void {
  for (const wave of waves) {
    sendChunks(transaction, wave.largePayloads);
    const { statement, values } = together(partsOf(wave));
    transaction.send(statement, values);
  }
}

/** The rows of a wave, one part for each kind of which there are any. */
export function partsOf(wave: Writes): readonly RowsToWrite[] {
  const [advances, updates] = splitRunUpdates(wave.runUpdates);
  return [
    insertJobs.rowsToWrite(wave.runs.filter(({ change }) => !change.existingJob)),
    insertRuns.rowsToWrite(wave.runs),
    insertRunPayloads.rowsToWrite(wave.runPayloads),
    advanceRuns.rowsToWrite(advances),
    updateRuns.rowsToWrite(updates),
    setJobMetrics.rowsToWrite(wave.jobMetrics),
    insertNodes.rowsToWrite(wave.nodes.filter(({ reuse }) => reuse === null)),
    takeOverNodes.rowsToWrite(wave.nodes.filter(({ reuse }) => reuse !== null)),
    updateNodes.rowsToWrite(wave.nodeUpdates),
    upsertSteps.rowsToWrite(wave.steps),
    insertEvents.rowsToWrite(wave.events),
  ].filter(({ rows }) => rows.length > 0);
}

/** Runs that only move on, and those of which more changes: a step's statement touches few columns. */
function splitRunUpdates(all: readonly RunUpdate[]): readonly [RunUpdate[], RunUpdate[]] {
  const advances: RunUpdate[] = [];
  const updates: RunUpdate[] = [];
  for (const update of all.toSorted(byRunId)) {
    const { status, closing, pinned, tags } = update;
    const isAdvance = status === null && closing === null && pinned === null && tags === null;
    (isAdvance ? advances : updates).push(update);
  }
  return [advances, updates];
}

/** In one order for all engines, so that they do not wait for each other's runs in a circle. */
function byRunId(a: RunUpdate, b: RunUpdate): number {
  return a.runId < b.runId ? -1 : a.runId > b.runId ? 1 : 0;
}
