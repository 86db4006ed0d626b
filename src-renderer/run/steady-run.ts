import { useRef } from "react";
import type { RunDetail } from "../../app/contract/run-detail.ts";

/** What moves on with each batch while a run works. */
const moving = [
  "revision",
  "nodesDone",
  "step",
  "heartbeatAt",
  "runningMs",
  "lastSeq",
  "metrics",
] as const;

/** A run without what moves: who draws this is not drawn again with each batch. */
export type SteadyRun = Omit<RunDetail, (typeof moving)[number]>;

/** The same object for as long as nothing but what moves has changed. */
export function useSteadyRun<Run extends SteadyRun | null>(run: Run): Run {
  const kept = useRef(run);
  if (!isSameButMoving(kept.current, run)) kept.current = run;
  return kept.current;
}

export function isSameButMoving(one: SteadyRun | null, other: SteadyRun | null): boolean {
  if (one === other) return true;
  if (one === null || other === null) return false;
  return textOf(one) === textOf(other);
}

/** Plain data by the contract, in the order of its schema. */
function textOf(run: SteadyRun): string {
  return JSON.stringify(run, (name, value: unknown) => (isMoving.has(name) ? undefined : value));
}

const isMoving: ReadonlySet<string> = new Set(moving);
