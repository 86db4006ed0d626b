import type { Actor } from "../../../app/model/actor.ts";
import { parseNodeExecutionId } from "../../../app/model/execution-id.ts";
import { isTerminal, type JobState } from "../../../app/model/job.ts";
import type { Payload } from "../../../app/model/json.ts";
import type {
  Change,
  ChangeNodeStatus,
  ChangeRunStatus,
  CreateNodeExecution,
  CreateRun,
  Group,
  IntendStep,
  RecordStep,
} from "../../../app/storage/change.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import { checkedEvent } from "../checked-event.ts";
import { eventChecksum } from "../event-checksum.ts";
import { GroupRejection, conflict, refuse } from "../group-rejection.ts";
import { summarize, type GroupSummary } from "../group-summary.ts";
import { largePayloadsOf, largestPayloadBytes, tooLargeError } from "../payload-limits.ts";
import {
  checkNodeCreation,
  checkNodeTransition,
  checkOwner,
  checkRunTransition,
} from "../transition-check.ts";
import { nodeKey, type BatchState, type NodeState, type RunState } from "./postgres-batch-state.ts";
import { uuidOrNull } from "./postgres-values.ts";
import type {
  ByActor,
  EventWrite,
  NewNode,
  NewRun,
  NodeUpdate,
  RunPayload,
  RunUpdate,
  StepWrite,
  Writes,
} from "./postgres-writes.ts";

export interface Position {
  readonly revision: number;
  readonly lastSeq: number;
}

/** The rows of one group, in the order of its changes. */
export interface GroupWrites {
  readonly runs: NewRun[];
  readonly runPayloads: RunPayload[];
  readonly runUpdates: RunUpdate[];
  readonly jobMetrics: Writes["jobMetrics"][number][];
  readonly nodes: NewNode[];
  readonly nodeUpdates: NodeUpdate[];
  readonly steps: StepWrite[];
  readonly events: EventWrite[];
  readonly largePayloads: Payload[];
}

export interface PlannedGroup extends GroupWrites {
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

/** The rows that a group writes, or a GroupRejection. */
export function planGroup({ group, state, fence, from }: PlanOptions): PlannedGroup {
  const { runId, groupId, at, changes } = group;
  if (uuidOrNull(runId) === null) throw refuse(`Run ${runId}`, "its id is no UUID");
  refuseTooLarge(changes);
  const summary: GroupSummary = { nodesDone: 0, revisions: 0, progressed: false };
  summarize(group, summary);

  const writes: GroupWrites = {
    runs: [],
    runPayloads: [],
    runUpdates: [],
    jobMetrics: [],
    nodes: [],
    nodeUpdates: [],
    steps: [],
    events: [],
    largePayloads: changes.flatMap(largePayloadsOf),
  };
  const created = changes[0]?.change === "createRun" ? changes[0] : null;
  const run = created === null ? existingRun() : newRun(created);
  const base = created === null ? run.lastSeq : 0;
  const position: Position = {
    revision: created === null ? run.revision + 1 : 1 + summary.revisions,
    lastSeq: base + changes.length,
  };
  const nodes = new Map<string, NodeState>();
  const nodeOf = (sequence: number): NodeState | undefined =>
    nodes.get(nodeKey(runId, sequence)) ?? state.nodes.get(nodeKey(runId, sequence));

  changes.forEach((change, index) => {
    planRows(change, index);
    writes.events.push(eventOf(change, base + index + 1));
  });
  if (created === null || writes.runUpdates.length > 0) advance();

  return {
    ...writes,
    position,
    isNewRun: created !== null,
    needsOwnPhase: changes.some(dependsOnOthers),
    keep() {
      state.runs.set(runId, { ...run, ...position });
      for (const [key, node] of nodes) state.nodes.set(key, node);
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
    const { nodesDone } = summary;
    const { length: lastSeq } = changes;
    writes.runs.push({ runId, at, definition, lastSeq, nodesDone, change, ...by(change.actor) });
    writes.runPayloads.push({ runId, slot: "input", payload: change.input });
    return { revision: 1, lastSeq, status: "queued", closing: false };
  }

  function planRows(change: Change, index: number): void {
    switch (change.change) {
      case "createRun":
        if (index > 0)
          throw refuse(`Run ${runId}`, "it can only be created once, by a group's first change");
        return;
      case "runStatus":
        planRunStatus(change);
        return;
      case "runResumed":
        enter(change.from, "queued", change.actor);
        writes.runUpdates.push({
          ...noUpdate(runId),
          status: {
            ...enteredBy(change.actor),
            from: change.from,
            to: "queued",
            reason: "resumed",
          },
        });
        return;
      case "runClosing":
        if (run.closing || isTerminal(run.status))
          throw conflict(`Run ${runId} has ended or is closing, or it`);
        run.closing = true;
        writes.runUpdates.push({ ...noUpdate(runId), closing: JSON.stringify(change.closing) });
        return;
      case "runAnnotated":
        writes.runUpdates.push({
          ...noUpdate(runId),
          pinned: change.pinned ?? null,
          tags: change.tags === undefined ? null : JSON.stringify(change.tags),
        });
        return;
      case "createNode":
        planNewNode(change);
        return;
      case "nodeStatus":
        planNodeStatus(change);
        return;
      case "stepIntended":
      case "stepRecorded":
        planStep(change);
        return;
      case "nodeSkipped":
      case "capabilityChecked":
      case "confirmationGiven":
        // History alone holds these.
        return;
    }
  }

  function planRunStatus(change: ChangeRunStatus): void {
    checkOwner(change, runId, fence);
    enter(change.from, change.to, change.actor);
    writes.runUpdates.push({
      ...noUpdate(runId),
      status: {
        ...enteredBy(change.actor),
        from: change.from,
        to: change.to,
        reason: change.reason,
        error: textOf(change.error),
        wakeAt: change.wakeAt ?? null,
        ownerEpoch: change.owner?.epoch ?? null,
      },
    });
    if (change.output !== undefined)
      writes.runPayloads.push({ runId, slot: "output", payload: change.output });
    if (change.metrics !== undefined)
      writes.jobMetrics.push({ runId, metrics: JSON.stringify(change.metrics) });
  }

  function enter(status: JobState, to: JobState, actor: Actor): void {
    checkRunTransition(runId, { from: status, to, actor });
    if (run.status !== status) throw conflict(`Run ${runId}`);
    run.status = to;
  }

  function enteredBy(actor: Actor) {
    return { ...by(actor), at, error: null, wakeAt: null, ownerEpoch: null };
  }

  function planNewNode(change: CreateNodeExecution): void {
    checkNodeCreation(change);
    nodes.set(nodeKey(runId, change.sequence), {
      status: change.status,
      attemptNumber: change.attempt?.number ?? 0,
    });
    const { nodePath, iterationPath, nodeType, replay, generation, reuse } = change;
    const source = reuse === undefined ? null : parseNodeExecutionId(reuse.nodeExecutionId);
    writes.nodes.push({
      ...detailsOf(change, change.status),
      nodePath,
      iterationPath,
      nodeType,
      replay,
      generation,
      reuse:
        source === null || reuse === undefined
          ? null
          : { ...source, sha256: reuse.outputRef.sha256 },
    });
  }

  function planNodeStatus(change: ChangeNodeStatus): void {
    checkNodeTransition(change);
    const { sequence, from: status, to, attempt } = change;
    const node = nodeOf(sequence);
    const number = node?.attemptNumber ?? 0;
    const isNext = to === "running" ? attempt?.number === number + 1 : true;
    const isOpen = to === "running" || attempt === undefined || attempt.number === number;
    if (node?.status !== status || !isNext || !isOpen)
      throw conflict(`Node execution ${change.nodeExecutionId}`);
    nodes.set(nodeKey(runId, sequence), { status: to, attemptNumber: attempt?.number ?? number });
    writes.nodeUpdates.push({ ...detailsOf(change, to), from: status });
  }

  function detailsOf(
    change: ChangeNodeStatus | CreateNodeExecution,
    status: NodeUpdate["status"],
  ): Omit<NodeUpdate, "from"> {
    const { sequence, attempt } = change;
    return {
      ...by(change.actor),
      runId,
      sequence,
      status,
      at,
      reason: change.reason ?? "",
      attempt:
        attempt === undefined
          ? null
          : {
              number: attempt.number,
              status: attempt.status,
              error: textOf(attempt.error),
              metrics: textOf(attempt.metrics),
            },
      error: textOf(change.error),
      notBefore: change.notBefore ?? null,
      question: textOf(change.question),
      takenEdges: textOf(change.takenEdges),
      input: change.input ?? null,
      output: change.output ?? null,
      answer: change.answer ?? null,
    };
  }

  function planStep(change: IntendStep | RecordStep): void {
    const { nodeExecutionId, name, n, attempt } = change;
    const { runId: ofRun, sequence } = parseNodeExecutionId(nodeExecutionId);
    if (ofRun !== runId) throw refuse(`Sub-step ${name}`, "it belongs to another run");
    if (nodeOf(sequence) === undefined)
      throw new GroupRejection("NOT_FOUND", `There is no node execution ${nodeExecutionId}.`);
    const output = change.change === "stepRecorded" ? change.output : null;
    writes.steps.push({ runId, sequence, name, n, attempt, at, output });
  }

  function eventOf(change: Change, seq: number): EventWrite {
    const { type, data } = checkedEvent(change, runId);
    const text = JSON.stringify(data);
    const { actorKind, actorId, actorVia } = by(change.actor);
    const epoch = fence?.epoch ?? null;
    return {
      ...by(change.actor),
      runId,
      seq,
      at,
      type,
      epoch,
      groupId,
      data: text,
      checksum: eventChecksum(
        runId,
        seq,
        at,
        type,
        actorKind,
        actorId,
        actorVia,
        epoch,
        groupId,
        text,
      ),
    };
  }

  /** Where the run comes to: with its last change, or by itself. */
  function advance(): void {
    const { nodesDone, progressed } = summary;
    writes.runUpdates.push({
      ...noUpdate(runId),
      ...position,
      nodesDone: created === null ? nodesDone : 0,
      progressed,
    });
  }
}

function noUpdate(runId: string): RunUpdate {
  return {
    runId,
    status: null,
    closing: null,
    pinned: null,
    tags: null,
    nodesDone: 0,
    progressed: false,
    revision: null,
    lastSeq: null,
  };
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

function refuseTooLarge(changes: readonly Change[]): void {
  const tooLarge = changes
    .flatMap(largePayloadsOf)
    .find(({ bytes }) => bytes > largestPayloadBytes);
  if (tooLarge !== undefined) throw tooLargeError(tooLarge);
}

function by({ kind, id, via }: Actor): ByActor {
  return { actorKind: kind, actorId: id ?? null, actorVia: via ?? null };
}

function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
