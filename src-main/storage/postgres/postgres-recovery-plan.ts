import { nodeExecutionIdOf } from "../../../app/model/execution-id.ts";
import type { RunEventData } from "../../../app/model/run-event.ts";
import type { RecoveryRequest } from "../../../app/storage/storage.ts";
import { eventRow } from "./postgres-event-row.ts";
import type { Orphan, OrphanNode } from "./postgres-orphans.ts";
import { textOfStored } from "./postgres-values.ts";
import type { EventWrite, NodeUpdate } from "./postgres-writes.ts";

/** What recovery writes of one orphan. */
export interface RecoveredOrphan {
  readonly orphan: Orphan;
  readonly to: "stalled" | "failed" | "cancelled";
  readonly isPoisoned: boolean;
  readonly reason: string;
  readonly statusReason: string;
  readonly poisonReason: string;
  readonly error: string | null;
  readonly crashCount: number;
  readonly at: string;
  readonly actorId: string;
  readonly nodes: readonly NodeUpdate[];
  readonly events: readonly EventWrite[];
}

const poisonedAt = 3;

/** Decides what becomes of each orphan; pure. Its events are numbered from its newest one on. */
export function planRecovery(
  orphans: readonly Orphan[],
  request: RecoveryRequest,
  groupId: string,
): readonly RecoveredOrphan[] {
  return orphans.map((orphan) => planOrphan(orphan, request, groupId));
}

function planOrphan(orphan: Orphan, request: RecoveryRequest, groupId: string): RecoveredOrphan {
  const { fence, at, thresholdSecs } = request;
  const { runId, closing, reason } = orphan;
  const actor = { actorKind: "system", actorId: fence.instanceId, actorVia: "recovery" } as const;
  const to = closing?.to ?? "stalled";
  // Of a stalled run the running nodes; of one that was closing every node that has not ended.
  const open = to === "stalled" ? orphan.nodes.filter(isRunning) : orphan.nodes;
  const crashCount =
    orphan.crashCount + (reason === "crash" && orphan.nodes.some(isRunning) ? 1 : 0);
  const isPoisoned = to === "stalled" && crashCount >= poisonedAt;
  const poisonReason = `crashed ${crashCount} times`;
  const statusReason = closing?.reason ?? reason;

  const nodes = open.map((node) => nodeUpdate(node, statusReason));
  const data: RunEventData[] = open.map((node) => nodeEvent(node, statusReason));
  data.push({
    type: "workflow_recovery",
    data: {
      workflow_run_id: runId,
      job_id: orphan.jobId,
      from: "running",
      to,
      reason,
      last_heartbeat_ts: orphan.lastHeartbeatAt,
      threshold_secs: thresholdSecs,
      ownerInstanceId: orphan.ownerInstanceId,
      crashCount,
    },
  });
  if (isPoisoned)
    data.push({
      type: "run.status",
      data: { from: "stalled", to: "poisoned", reason: poisonReason },
    });
  return {
    orphan,
    to,
    isPoisoned,
    reason,
    statusReason,
    poisonReason,
    error: closing?.error === undefined ? null : JSON.stringify(closing.error),
    crashCount,
    at,
    actorId: fence.instanceId,
    nodes,
    events: data.map((event, index) =>
      eventRow(event, {
        ...actor,
        runId,
        seq: orphan.lastSeq + index + 1,
        at,
        epoch: fence.epoch,
        groupId,
      }),
    ),
  };

  function nodeUpdate(node: OrphanNode, reasonOfNode: string): NodeUpdate {
    const attempt = attemptEnd(node, to);
    return {
      ...actor,
      runId,
      sequence: node.sequence,
      from: node.status,
      status: to === "stalled" ? "stalled" : "cancelled",
      reason: reasonOfNode,
      at,
      attempt:
        attempt === null
          ? null
          : { ...attempt, error: JSON.stringify(attempt.error), metrics: null },
      error: null,
      notBefore: null,
      question: null,
      takenEdges: null,
      input: null,
      output: null,
      answer: null,
    };
  }

  function nodeEvent(node: OrphanNode, reasonOfNode: string): RunEventData {
    const attempt = attemptEnd(node, to);
    return {
      type: "node.status",
      data: {
        nodeExecutionId: nodeExecutionIdOf(runId, node.sequence),
        nodePath: textOfStored(node.nodePath),
        iterationPath: node.iterationPath,
        sequence: node.sequence,
        to: to === "stalled" ? "stalled" : "cancelled",
        from: node.status,
        reason: reasonOfNode,
        ...(attempt === null ? {} : { attempt }),
      },
    };
  }
}

function isRunning({ status }: OrphanNode): boolean {
  return status === "running";
}

function attemptEnd(node: OrphanNode, to: RecoveredOrphan["to"]) {
  if (node.status !== "running") return null;
  const stalled = to === "stalled";
  return {
    number: node.attemptNumber,
    status: stalled ? ("failed" as const) : ("cancelled" as const),
    error: {
      code: stalled ? "INTERRUPTED" : "CANCELLED",
      message: stalled
        ? "The app stopped while this attempt ran."
        : "The app stopped while this attempt was being cancelled.",
      ...(node.replay === "external" ? { outcomeUnknown: true } : {}),
    },
  };
}
