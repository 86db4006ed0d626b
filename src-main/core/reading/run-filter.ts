import type { RunRow } from "../../../app/contract/run-row.ts";
import type { RunFilter, RunTab } from "../../../app/contract/runs.ts";
import type { JobState } from "../../../app/model/job.ts";

/** The states that a filter lets through; null: all of them. */
export function statesOf({ tab, states }: RunFilter): readonly JobState[] | null {
  const ofTab = statesOfTab(tab);
  if (states.length === 0) return ofTab;
  return ofTab === null ? states : states.filter((state) => ofTab.includes(state));
}

/** Whether a run belongs into the list. `now` is for "today", in the machine's own time zone. */
export function matchesFilter(filter: RunFilter, row: RunRow, now: number): boolean {
  const states = statesOf(filter);
  if (states !== null && !states.includes(row.status)) return false;
  if (filter.workflowId !== null && row.workflowId !== filter.workflowId) return false;
  if (!matchesName(filter.workflowName, row)) return false;
  if (filter.tab === "failed_today" && !isToday(row.finishedAt, now)) return false;
  return matchesText(filter.text, row);
}

function matchesName(workflowName: string | null, { title }: RunRow): boolean {
  return workflowName === null || title.toLowerCase() === workflowName.toLowerCase();
}

/** Every word of the text stands in the title, the workflow's id, the error or the run's id. */
export function matchesText(text: string, row: RunRow): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { title, workflowId, runId, error } = row;
  const found = [title, workflowId, runId, error?.code ?? "", error?.message ?? ""]
    .join("\n")
    .toLowerCase();
  return words.every((word) => found.includes(word));
}

/** Whether rows have to be looked at one by one: no index answers it. */
export function needsScan({ tab, text, workflowName }: RunFilter): boolean {
  return tab === "failed_today" || text.trim() !== "" || workflowName !== null;
}

function statesOfTab(tab: RunTab): readonly JobState[] | null {
  switch (tab) {
    case "all":
      return null;
    case "in_flight":
      return ["queued", "running"];
    case "needs_you":
      return ["awaiting_user", "awaiting_validation"];
    case "stalled":
      return ["stalled", "poisoned"];
    case "failed_today":
      return ["failed"];
  }
}

function isToday(time: string | null, now: number): boolean {
  return time !== null && Date.parse(time) >= new Date(now).setHours(0, 0, 0, 0);
}
