import type { RunCounters } from "../../app/contract/runs.ts";

/** The whole app in one word, for tray and badge. */
export type WorkState = "idle" | "working" | "needs-you" | "problem";

export interface WorkSummary {
  readonly state: WorkState;
  /** Runs that wait for a person, or that a person should look at. */
  readonly badge: number;
  readonly active: number;
  readonly words: string;
}

export function summariseWork(counters: RunCounters): WorkSummary {
  const needsYou = counters.awaiting_user + counters.awaiting_validation;
  const stopped = counters.stalled + counters.poisoned;
  const active = counters.running + counters.queued;
  const state =
    stopped > 0 ? "problem" : needsYou > 0 ? "needs-you" : active > 0 ? "working" : "idle";
  const parts = [
    ...(active > 0 ? [`${active} working`] : []),
    ...(needsYou > 0 ? [`${needsYou} need you`] : []),
    ...(stopped > 0 ? [`${stopped} interrupted`] : []),
  ];
  const words =
    parts.length === 0 ? "Handshake: nothing is running" : `Handshake: ${parts.join(", ")}`;
  return { state, badge: needsYou + stopped, active, words };
}
