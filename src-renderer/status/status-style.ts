import type { JobState } from "../../app/model/job.ts";

/** What a node can be besides a job's state: not reached yet, or left out because no edge led to it. */
export type ShownStatus = JobState | "pending" | "skipped";

/** The token that holds a status's colour. */
export function statusColour(status: ShownStatus): string {
  return `var(${statusToken(status)})`;
}

export function statusToken(status: ShownStatus): string {
  if (status === "pending" || status === "skipped") return "--text-muted";
  return `--status-${status.replaceAll("_", "-")}`;
}
