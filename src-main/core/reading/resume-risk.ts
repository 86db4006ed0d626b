import type { ResumeRisk } from "../../../app/contract/recovery.ts";
import type { ReplayClass } from "../../../app/model/node-execution.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";

/** From this many crashes in a row on, a run is not resumed in bulk or by itself (engine.md §7). */
const suspectCrashes = 2;

export function resumeRiskOf(
  { status, crashCount }: Pick<WorkflowRun, "status" | "crashCount">,
  interrupted: Iterable<ReplayClass>,
): ResumeRisk {
  if (status === "poisoned") return "poisoned";
  if (crashCount >= suspectCrashes) return "suspect";
  return [...interrupted].includes("external") ? "review" : "safe";
}
