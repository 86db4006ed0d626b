import type { JobState } from "../../app/model/job.ts";

/** What a script can tell by the exit code alone (docs/command-line.md). */
export const exitCode = {
  completed: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  storage: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** `queued` is a run that is parked on a timer. */
export function exitCodeOfState(state: JobState): ExitCode {
  switch (state) {
    case "completed":
    case "completed_with_issues":
      return exitCode.completed;
    case "failed":
    case "cancelled":
      return exitCode.failed;
    case "queued":
    case "running":
    case "stalled":
    case "poisoned":
    case "awaiting_user":
    case "awaiting_validation":
      return exitCode.waiting;
  }
}
