import type { Change, CreateRun, Group } from "../../../app/storage/change.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import { checkedEvent } from "../checked-event.ts";
import { GroupRejection, conflict, refuse } from "../group-rejection.ts";
import { summarize, type GroupSummary } from "../group-summary.ts";
import { largePayloadsOf, largestPayloadBytes, tooLargeError } from "../payload-limits.ts";
import { checkRunTransition } from "../transition-check.ts";
import type { BatchState, RunState } from "./postgres-batch-state.ts";
import { eventRow } from "./postgres-event-row.ts";
import { createNodePlan } from "./postgres-node-plan.ts";
import { createRunPlan } from "./postgres-run-plan.ts";
import { uuidOrNull } from "./postgres-values.ts";
import { byActor, noWrites, type Position, type Writes } from "./postgres-writes.ts";

export interface PlannedGroup {
  readonly writes: Writes;
  readonly position: Position;
  readonly isNewRun: boolean;
  /** It depends on rows of other runs, which earlier groups of the batch may write. */
  readonly needsOwnPhase: boolean;
  /** Makes what the group changed the state of the batch; until then nothing has happened. */
  keep(): void;
}

interface PlanOptions {
  readonly group: Group;
  readonly state: BatchState;
  readonly fence: Fence | null;
  /** What its writer knows of the run; null takes what is there. */
  readonly from: Position | null;
}

/** The rows that a group writes, in the order of its changes, or a GroupRejection. */
export function planGroup({ group, state, fence, from }: PlanOptions): PlannedGroup {
  const { runId, at, changes } = group;
  if (uuidOrNull(runId) === null) throw refuse(`Run ${runId}`, "its id is no UUID");
  const writes: Writes = { ...noWrites(), largePayloads: allowedLargePayloads(changes) };
  const summary: GroupSummary = { nodesDone: 0, revisions: 0, progressed: false };
  summarize(group, summary);
  const { nodesDone, progressed } = summary;

  const created = changes[0]?.change === "createRun" ? changes[0] : null;
  const run = created === null ? existingRun() : newRun(created);
  const base = created === null ? run.lastSeq : 0;
  const position: Position = {
    revision: created === null ? run.revision + 1 : 1 + summary.revisions,
    lastSeq: base + changes.length,
  };
  const ofRun = createRunPlan({ group, fence, run, from: created === null ? from : null, writes });
  const ofNodes = createNodePlan({ group, state, writes });
  changes.forEach((change, index) => {
    plan(change, index);
    writes.events.push(
      eventRow(checkedEvent(change, runId), {
        ...byActor(change.actor),
        runId,
        seq: base + index + 1,
        at,
        epoch: fence?.epoch ?? null,
        groupId: group.groupId,
      }),
    );
  });
  if (created === null) ofRun.advance({ ...position, nodesDone, progressed });
  else if (writes.runUpdates.length > 0) ofRun.advance({ ...position, nodesDone: 0, progressed });

  return {
    writes,
    position,
    isNewRun: created !== null,
    needsOwnPhase: changes.some(dependsOnOthers),
    keep() {
      state.runs.set(runId, { ...run, ...position });
      for (const [key, node] of ofNodes.changed) state.nodes.set(key, node);
      if (created !== null) state.jobs.set(created.jobId, created.traceId);
    },
  };

  function existingRun(): RunState {
    const known = state.runs.get(runId);
    if (known === undefined) throw new GroupRejection("NOT_FOUND", `There is no run ${runId}.`);
    if (from !== null && (from.revision !== known.revision || from.lastSeq !== known.lastSeq))
      throw conflict(`Run ${runId}`);
    return { ...known };
  }

  function newRun(change: CreateRun): RunState {
    checkRunTransition(runId, { from: null, to: "queued", actor: change.actor });
    if (state.runs.has(runId)) throw refuse(`Run ${runId}`, "it is there already");
    const definition = state.definitions.get(change.definitionHash);
    if (definition === undefined) {
      throw new GroupRejection(
        "NOT_FOUND",
        `Run ${runId} names the definition ${change.definitionHash}, which is not stored. Store it first.`,
      );
    }
    if (change.existingJob) requireJob(state, change);
    const { length: lastSeq } = changes;
    writes.runs.push({
      ...byActor(change.actor),
      runId,
      at,
      definition,
      lastSeq,
      nodesDone,
      change,
    });
    writes.runPayloads.push({ runId, slot: "input", payload: change.input });
    return { revision: 1, lastSeq, status: "queued", closing: false };
  }

  function plan(change: Change, index: number): void {
    switch (change.change) {
      case "createRun":
        if (index > 0)
          throw refuse(`Run ${runId}`, "it can only be created once, by a group's first change");
        return;
      case "runStatus":
        ofRun.changeStatus(change);
        return;
      case "runResumed":
        ofRun.resume(change);
        return;
      case "runClosing":
        ofRun.close(change);
        return;
      case "runAnnotated":
        ofRun.annotate(change);
        return;
      case "createNode":
        ofNodes.create(change);
        return;
      case "nodeStatus":
        ofNodes.changeStatus(change);
        return;
      case "stepIntended":
      case "stepRecorded":
        ofNodes.writeStep(change);
        return;
      case "nodeSkipped":
      case "capabilityChecked":
      case "confirmationGiven":
        // History alone holds these.
        return;
    }
  }
}

/** Another run of the same job, or a saved output of another run. */
function dependsOnOthers(change: Change): boolean {
  return (
    (change.change === "createRun" && change.existingJob) ||
    (change.change === "createNode" && change.reuse !== undefined)
  );
}

function requireJob({ jobs }: BatchState, { jobId, traceId }: CreateRun): void {
  const trace = jobs.get(jobId);
  if (trace === undefined)
    throw new GroupRejection("NOT_FOUND", `There is no job ${jobId} to add a run to.`);
  if (trace !== traceId) throw refuse(`Job ${jobId}`, "its trace id is another one");
}

function allowedLargePayloads(changes: readonly Change[]) {
  const large = changes.flatMap(largePayloadsOf);
  const tooLarge = large.find(({ bytes }) => bytes > largestPayloadBytes);
  if (tooLarge !== undefined) throw tooLargeError(tooLarge);
  return large;
}
