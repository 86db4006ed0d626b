import type { JobState } from "../../app/model/job.ts";
import { plural } from "./plural.ts";

/** A status in a word or two. */
export const statusWords: Readonly<Record<JobState, string>> = {
  queued: "Queued",
  running: "Running",
  stalled: "Stalled",
  awaiting_user: "Needs you",
  awaiting_validation: "To review",
  completed: "Completed",
  completed_with_issues: "With issues",
  failed: "Failed",
  cancelled: "Cancelled",
  poisoned: "Set aside",
};

/** What a status means, in one line (ui.md §3). */
export const statusLines = {
  queued: "Waiting for a slot",
  enginePaused: "Waiting: the engine is paused until you start it",
  parkedUntil: (time: string) => `Waiting until ${time}`,
  running: "Working",
  runningSince: (ago: string) => `Working: last activity ${ago} ago`,
  stalled: "Stopped unexpectedly; nothing is running",
  stalledAt: (time: string) => `Stopped unexpectedly at ${time}; nothing is running`,
  awaitingUser: "Needs your answer",
  awaitingValidation: "Output waits for approval",
  completed: "Done",
  completedWithIssues: (reason: string) =>
    reason === "" ? "Done, with issues" : `Done: ${reason}`,
  failed: "Failed",
  failedBecause: (message: string) => `Failed: ${message}`,
  cancelled: "Cancelled",
  cancelledBy: (reason: string) =>
    reason.startsWith("by ") ? `Cancelled ${reason}` : `Cancelled: ${reason}`,
  poisoned: (crashes: number) =>
    `Set aside after ${plural(crashes, { one: "crash", other: "crashes" })}; will not retry by itself`,
  unknown: "Last known before the engine stopped",
  closing: "Ending: waiting for the running steps to stop",
  closingIn: (seconds: number) =>
    `Ending: the running steps were asked to stop, and are ended in ${seconds} s`,
};

export const nodeStatusWords = {
  pending: "Not started",
  skipped: "Skipped",
  wasRunning: "Was running",
} as const;
