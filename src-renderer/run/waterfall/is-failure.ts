import type { ShownStatus } from "../../status/status-style.ts";

/** What E leads to, and what stands first in an open group. */
export function isFailure(status: ShownStatus): boolean {
  return (
    status === "failed" ||
    status === "poisoned" ||
    status === "stalled" ||
    status === "completed_with_issues"
  );
}
