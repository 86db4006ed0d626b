import type { CurrentStep } from "../../../app/contract/run-row.ts";
import type { JobState } from "../../../app/model/job.ts";
import type { NodeStatus } from "../../../app/model/node-execution.ts";
import type { RunEvent } from "../../../app/model/run-event.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import type { KnownDefinition } from "./node-names.ts";
import type { ReadStorage } from "./read-storage.ts";

/** A wide run has thousands of nodes in flight: the newest events name one without reading them all. */
const tailEvents = 40;

/** The step that a run's row names, or null when there is none to name (or it is long ago). */
export async function currentStepOf(
  storage: ReadStorage,
  run: WorkflowRun,
  names: KnownDefinition | null,
): Promise<CurrentStep | null> {
  const named = (nodePath: string, status: NodeStatus): CurrentStep => ({
    nodePath,
    name: names?.nameOf(nodePath) ?? nodePath,
    status,
  });
  if (run.status === "failed") {
    const nodePath = run.error?.nodePath;
    return nodePath === undefined ? null : named(nodePath, "failed");
  }
  const wanted = stepStatusOf(run.status);
  if (wanted === null) return null;
  const after = Math.max(0, run.lastSeq - tailEvents);
  const tail = await storage.listRunEvents(run.runId, { after, limit: tailEvents });
  const nodePath = newestNodeIn(tail, wanted);
  return nodePath === null ? null : named(nodePath, wanted);
}

/** What the step of a run in this state is doing. */
function stepStatusOf(state: JobState): NodeStatus | null {
  switch (state) {
    case "running":
    case "stalled":
    case "awaiting_user":
    case "awaiting_validation":
    case "queued":
      return state;
    case "poisoned":
      return "stalled";
    case "completed":
    case "completed_with_issues":
    case "failed":
    case "cancelled":
      return null;
  }
}

/** The node that entered this status last and did not leave it since. */
export function newestNodeIn(events: readonly RunEvent[], status: NodeStatus): string | null {
  const seen = new Set<string>();
  for (const event of events.toReversed()) {
    if (event.type !== "node.status" || seen.has(event.data.nodeExecutionId)) continue;
    if (event.data.to === status) return event.data.nodePath;
    seen.add(event.data.nodeExecutionId);
  }
  return null;
}
