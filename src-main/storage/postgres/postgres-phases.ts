import { insertEvents } from "./postgres-event-writes.ts";
import { insertNodes, updateNodes, upsertSteps } from "./postgres-node-writes.ts";
import {
  insertJobs,
  insertRunPayloads,
  insertRuns,
  setJobMetrics,
  updateRuns,
} from "./postgres-run-writes.ts";
import { sendChunks } from "./postgres-chunks.ts";
import type { Transaction } from "./postgres-transaction.ts";
import { noWrites, type RunUpdate, type Writes } from "./postgres-writes.ts";
import { nodeKey } from "./postgres-batch-state.ts";
import type { GroupWrites } from "./postgres-group-plan.ts";

/** Writes that go out together: groups that do not have to see each other's rows. */
export interface Phase {
  readonly writes: Writes;
  readonly updatesOfRun: Map<string, RunUpdate[]>;
  readonly wavesOf: Map<string, number>;
}

export function newPhase(): Phase {
  return { writes: noWrites(), updatesOfRun: new Map(), wavesOf: new Map() };
}

/** Adds a group's writes. One statement changes a row once, so a row's next change waits for the next wave. */
export function addWrites({ writes, updatesOfRun, wavesOf }: Phase, group: GroupWrites): void {
  writes.runs.push(...group.runs);
  writes.runPayloads.push(...group.runPayloads);
  writes.jobMetrics.push(...group.jobMetrics);
  writes.nodes.push(...group.nodes);
  writes.events.push(...group.events);
  writes.largePayloads.push(...group.largePayloads);
  for (const update of group.nodeUpdates) {
    const wave = nextWave(wavesOf, nodeKey(update.runId, update.sequence));
    (writes.nodeUpdates[wave] ??= []).push(update);
  }
  for (const step of group.steps) {
    const wave = nextWave(wavesOf, `${nodeKey(step.runId, step.sequence)}/${step.n}/${step.name}`);
    (writes.steps[wave] ??= []).push(step);
  }
  for (const update of group.runUpdates) addRunUpdate({ updatesOfRun, writes }, update);
}

function addRunUpdate(
  { updatesOfRun, writes }: Pick<Phase, "updatesOfRun" | "writes">,
  update: RunUpdate,
): void {
  const updates = updatesOfRun.get(update.runId) ?? [];
  updatesOfRun.set(update.runId, updates);
  const last = updates.at(-1);
  if (last === undefined || (last.status !== null && update.status !== null)) {
    (writes.runUpdates[updates.length] ??= []).push(update);
    updates.push(update);
    // Only the last wave says where the run came to.
    if (last !== undefined) last.revision = last.lastSeq = null;
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

function nextWave(waves: Map<string, number>, key: string): number {
  const wave = waves.get(key) ?? 0;
  waves.set(key, wave + 1);
  return wave;
}

/** Sends a phase: a statement for each kind of row and wave, nothing awaited. */
export function sendPhase(transaction: Transaction, { writes }: Phase): void {
  sendChunks(transaction, writes.largePayloads);
  insertJobs.send(
    transaction,
    writes.runs.filter(({ change }) => !change.existingJob),
  );
  insertRuns.send(transaction, writes.runs);
  insertRunPayloads.send(transaction, writes.runPayloads);
  for (const wave of writes.runUpdates) updateRuns.send(transaction, wave);
  setJobMetrics.send(transaction, writes.jobMetrics);
  insertNodes.send(transaction, writes.nodes);
  for (const wave of writes.nodeUpdates) updateNodes.send(transaction, wave);
  for (const wave of writes.steps) upsertSteps.send(transaction, wave);
  insertEvents.send(transaction, writes.events);
}
