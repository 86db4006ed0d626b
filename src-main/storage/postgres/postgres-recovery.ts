import { randomUUID } from "node:crypto";
import type { RecoveryReport, RecoveryRequest } from "../../../app/storage/storage.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { insertEvents } from "./postgres-event-writes.ts";
import { fenceDead, fenceExpired, requireFence } from "./postgres-instances.ts";
import { updateNodes } from "./postgres-node-writes.ts";
import { listOrphans, type Orphan } from "./postgres-orphans.ts";
import { planRecovery, type RecoveredOrphan } from "./postgres-recovery-plan.ts";
import { multiRow } from "./postgres-multi-row.ts";
import { stretchSql } from "./postgres-run-writes.ts";
import { storedText } from "./postgres-values.ts";

/**
 * Marks interrupted runs in one transaction: takes the right to write from engines whose lease ran out,
 * lists what they left running, and writes events, nodes and runs with one statement each. No payload is
 * read. An engine that is fenced here while it sends a batch is waited for: its row is locked.
 */
export function createRecovery(connection: PostgresConnection) {
  return (request: RecoveryRequest): Promise<RecoveryReport> =>
    connection.write("Could not mark interrupted runs", async (transaction) => {
      const { query } = transaction;
      const { fence, scope } = request;
      await requireFence(query, fence);
      if (scope !== "quit") {
        await fenceDead(query, request.deadInstances ?? [], fence.epoch);
        await fenceExpired(query, fence.epoch);
      }
      const orphans = await listOrphans(query, request);
      const recovered = planRecovery(orphans, request, randomUUID());
      insertEvents.send(
        transaction,
        recovered.flatMap(({ events }) => events),
      );
      updateNodes.send(
        transaction,
        recovered.flatMap(({ nodes }) => nodes),
      );
      stallRuns.send(transaction, recovered);
      poisonRuns.send(
        transaction,
        recovered.filter(({ isPoisoned }) => isPoisoned),
      );
      return reportOf(recovered, request);
    });
}

function reportOf(
  recovered: readonly RecoveredOrphan[],
  { at, thresholdSecs }: RecoveryRequest,
): RecoveryReport {
  const runs = recovered.map(({ orphan, to, isPoisoned, crashCount, reason }) => ({
    list: isPoisoned ? "poisoned" : to === "stalled" ? "stalled" : "ended",
    run: { ...namesOf(orphan), reason, thresholdSecs, crashCount },
  }));
  const ofList = (list: string) =>
    runs.filter((entry) => entry.list === list).map(({ run }) => run);
  return { at, stalled: ofList("stalled"), poisoned: ofList("poisoned"), ended: ofList("ended") };
}

function namesOf({ runId, jobId, lastHeartbeatAt }: Orphan) {
  return { runId, jobId, lastHeartbeatAt };
}

// A stretch of work ends with its last beat: what came after it was not running.
const stallRuns = multiRow<RecoveredOrphan>(
  "stall_runs",
  [
    ["run_id", "uuid", ({ orphan }) => orphan.runId],
    ["to_status", "text", (row) => row.to],
    ["reason", "text", (row) => storedText(row.statusReason)],
    ["actor_id", "text", (row) => row.actorId],
    ["at", "timestamptz", (row) => row.at],
    ["error", "json", (row) => row.error],
    ["crash_count", "int4", (row) => row.crashCount],
    ["nodes_done", "int4", (row) => (row.to === "stalled" ? 0 : row.nodes.length)],
    ["events", "int4", (row) => row.nodes.length + 1],
  ],
  (source) =>
    `update workflow_run r set
        status = v.to_status, status_reason = v.reason,
        actor_kind = 'system', actor_id = v.actor_id, actor_via = 'recovery',
        revision = r.revision + 1, last_seq = r.last_seq + v.events,
        nodes_done = r.nodes_done + v.nodes_done, crash_count = v.crash_count,
        running_ms = r.running_ms + ${stretchSql("coalesce(r.heartbeat_at, r.running_since)")},
        running_since = null, owner_epoch = null, wake_at = null, error = v.error,
        finished_at = case v.to_status when 'stalled' then null else v.at end
      from ${source}
      where r.run_id = v.run_id and r.status = 'running'`,
  "CONFLICT: runs changed meanwhile",
);

const poisonRuns = multiRow<RecoveredOrphan>(
  "poison_runs",
  [
    ["run_id", "uuid", ({ orphan }) => orphan.runId],
    ["reason", "text", (row) => row.poisonReason],
    ["at", "timestamptz", (row) => row.at],
  ],
  (source) =>
    `update workflow_run r set
        status = 'poisoned', status_reason = v.reason,
        revision = r.revision + 1, last_seq = r.last_seq + 1, finished_at = v.at
      from ${source}
      where r.run_id = v.run_id and r.status = 'stalled'`,
  "CONFLICT: runs changed meanwhile",
);
