import { isTerminal } from "../../app/model/job.ts";
import type { Group } from "../../app/storage/change.ts";

/** What the run's own row must know of a group before its changes are written. */
export interface GroupSummary {
  /** Nodes that became terminal, or were skipped. */
  nodesDone: number;
  /** How many changes raise the run's revision by themselves. */
  revisions: number;
  /** True: a node or sub-step succeeded, so that earlier crashes no longer count. */
  progressed: boolean;
}

export function summarize(group: Group, into: GroupSummary): void {
  into.nodesDone = 0;
  into.revisions = 0;
  into.progressed = false;
  for (const change of group.changes) {
    switch (change.change) {
      case "nodeStatus":
        if (isTerminal(change.to)) into.nodesDone += 1;
        if (change.to === "completed" || change.to === "completed_with_issues")
          into.progressed = true;
        break;
      case "createNode":
        if (isTerminal(change.status)) into.nodesDone += 1;
        break;
      case "nodeSkipped":
        into.nodesDone += 1;
        break;
      case "stepRecorded":
        into.progressed = true;
        break;
      case "runStatus":
      case "runClosing":
      case "runResumed":
        into.revisions += 1;
        break;
      case "createRun":
      case "runAnnotated":
      case "stepIntended":
      case "capabilityChecked":
      case "confirmationGiven":
        break;
    }
  }
}
