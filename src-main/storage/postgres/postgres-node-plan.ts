import { parseNodeExecutionId } from "../../../app/model/execution-id.ts";
import type {
  ChangeNodeStatus,
  CreateNodeExecution,
  Group,
  IntendStep,
  RecordStep,
} from "../../../app/storage/change.ts";
import { GroupRejection, conflict, refuse } from "../group-rejection.ts";
import { checkNodeCreation, checkNodeTransition } from "../transition-check.ts";
import { nodeKey, type BatchState, type NodeState } from "./postgres-batch-state.ts";
import { byActor, textOf, type NodeUpdate, type Writes } from "./postgres-writes.ts";

export interface NodePlan {
  /** The nodes that the group changed, as it leaves them. */
  readonly changed: ReadonlyMap<string, NodeState>;
  create(change: CreateNodeExecution): void;
  changeStatus(change: ChangeNodeStatus): void;
  writeStep(change: IntendStep | RecordStep): void;
}

/** Plans what one group changes of nodes and sub-steps; the rows go to `writes`. */
export function createNodePlan({
  group: { runId, at },
  state,
  writes,
}: {
  readonly group: Group;
  readonly state: BatchState;
  readonly writes: Writes;
}): NodePlan {
  const changed = new Map<string, NodeState>();
  const stateOf = (sequence: number): NodeState | undefined =>
    changed.get(nodeKey(runId, sequence)) ?? state.nodes.get(nodeKey(runId, sequence));

  function detailsOf(
    change: ChangeNodeStatus | CreateNodeExecution,
    status: NodeUpdate["status"],
  ): Omit<NodeUpdate, "from"> {
    const { sequence, attempt } = change;
    return {
      ...byActor(change.actor),
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

  return {
    changed,
    create(change) {
      checkNodeCreation(change);
      changed.set(nodeKey(runId, change.sequence), {
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
    },
    changeStatus(change) {
      checkNodeTransition(change);
      const { sequence, from, to, attempt } = change;
      const node = stateOf(sequence);
      const number = node?.attemptNumber ?? 0;
      const isNext = to === "running" ? attempt?.number === number + 1 : true;
      const isOpen = to === "running" || attempt === undefined || attempt.number === number;
      if (node?.status !== from || !isNext || !isOpen)
        throw conflict(`Node execution ${change.nodeExecutionId}`);
      changed.set(nodeKey(runId, sequence), {
        status: to,
        attemptNumber: attempt?.number ?? number,
      });
      writes.nodeUpdates.push({ ...detailsOf(change, to), from });
    },
    writeStep(change) {
      const { nodeExecutionId, name, n, attempt } = change;
      const { runId: ofRun, sequence } = parseNodeExecutionId(nodeExecutionId);
      if (ofRun !== runId) throw refuse(`Sub-step ${name}`, "it belongs to another run");
      if (stateOf(sequence) === undefined)
        throw new GroupRejection("NOT_FOUND", `There is no node execution ${nodeExecutionId}.`);
      const output = change.change === "stepRecorded" ? change.output : null;
      writes.steps.push({ runId, sequence, name, n, attempt, at, output });
    },
  };
}
