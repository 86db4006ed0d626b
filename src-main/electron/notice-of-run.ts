import type { RunRow } from "../../app/contract/run-row.ts";
import { safeText } from "../../app/model/safe-text.ts";

/** What a banner says: never anything of inputs, outputs or errors. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** Within this time so many of them become one. */
const summaryWindowMs = 10_000;
const summaryFrom = 3;

/** Decides what is said: once for each run and state, and from the third within ten seconds a summary. */
export function createNoticeDesk(now: () => number): (row: RunRow) => Notice | null {
  const said = new Set<string>();
  let recent: number[] = [];
  return (row) => {
    const key = `${row.runId} ${row.status}`;
    const words = wordsOf(row.status);
    if (words === null || said.has(key)) return null;
    said.add(key);
    recent = [...recent.filter((at) => now() - at < summaryWindowMs), now()];
    if (recent.length < summaryFrom) return { title: words, body: safeText(row.title) };
    if (recent.length > summaryFrom) return null;
    return { title: "Several runs need a look", body: "Open Handshake to see which." };
  };
}

function wordsOf(status: RunRow["status"]): string | null {
  switch (status) {
    case "awaiting_user":
    case "awaiting_validation":
      return "A run needs you";
    case "failed":
      return "A run failed";
    case "poisoned":
      return "A run was set aside";
    case "stalled":
      return "A run was interrupted";
    case "queued":
    case "running":
    case "completed":
    case "completed_with_issues":
    case "cancelled":
      return null;
  }
}
