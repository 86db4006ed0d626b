import type { ActorKind } from "../model/actor.ts";
import type { JobState } from "../model/job.ts";
import type { AttemptStatus, NodeStatus } from "../model/node-execution.ts";

/** A status, or `null` for what does not exist yet. */
export interface Transition<Status extends string> {
  readonly from: Status | null;
  readonly to: Status;
  readonly actor: ActorKind;
}

/** Every legal change of a run's status; what is not listed is refused (engine.md §2). */
export const runTransitions: readonly Transition<JobState>[] = expand<JobState>([
  [[null], ["queued"], ["human", "policy", "engine"]],
  [["queued"], ["running"], ["engine"]],
  [
    ["queued", "awaiting_user", "awaiting_validation"],
    ["cancelled", "failed"],
    ["human", "policy", "engine"],
  ],
  [["running"], ["queued"], ["engine"]],
  [["running"], ["awaiting_user", "awaiting_validation"], ["engine"]],
  [["awaiting_user", "awaiting_validation"], ["queued"], ["human", "engine"]],
  [["running"], ["completed", "completed_with_issues", "failed", "cancelled"], ["engine"]],
  [["running"], ["failed", "cancelled"], ["system"]],
  [["running"], ["stalled"], ["system"]],
  [["stalled"], ["poisoned"], ["system"]],
  [["stalled"], ["queued", "failed", "cancelled"], ["human", "policy"]],
  [["poisoned"], ["queued", "failed", "cancelled"], ["human"]],
]);

/** Every legal change of a node execution's status. */
export const nodeTransitions: readonly Transition<NodeStatus>[] = expand<NodeStatus>([
  // – → completed: a retry or a fork takes over a saved output.
  [[null], ["queued", "running", "failed", "completed"], ["engine"]],
  [["queued"], ["failed", "running", "awaiting_user", "completed"], ["engine"]],
  [["running"], ["queued", "awaiting_user", "awaiting_validation"], ["engine"]],
  [["running"], ["completed", "completed_with_issues", "failed"], ["engine"]],
  [["running"], ["stalled"], ["system"]],
  [["running"], ["cancelled"], ["engine", "system"]],
  [
    ["queued", "awaiting_user", "awaiting_validation", "stalled"],
    ["cancelled"],
    ["engine", "system", "human", "policy"],
  ],
  [["stalled"], ["queued", "awaiting_user", "failed"], ["human", "policy"]],
  [["stalled"], ["completed"], ["human"]],
  [["awaiting_user"], ["queued", "completed", "failed"], ["human"]],
  [["awaiting_user"], ["completed", "failed"], ["engine"]],
  [["awaiting_validation"], ["completed", "failed"], ["human"]],
]);

/** Every legal change of an attempt's status. */
export const attemptTransitions: readonly Transition<AttemptStatus>[] = expand<AttemptStatus>([
  [[null], ["running"], ["engine"]],
  [["running"], ["completed"], ["engine"]],
  [["running"], ["failed", "cancelled"], ["engine", "system"]],
]);

export type Entity = "run" | "node" | "attempt";

const legal = {
  run: new Set(runTransitions.map(keyOf)),
  node: new Set(nodeTransitions.map(keyOf)),
  attempt: new Set(attemptTransitions.map(keyOf)),
} satisfies Record<Entity, ReadonlySet<string>>;

export function isLegalTransition(entity: Entity, transition: Transition<string>): boolean {
  return legal[entity].has(keyOf(transition));
}

function keyOf({ from, to, actor }: Transition<string>): string {
  return `${from ?? "-"}>${to}:${actor}`;
}

type Row<Status> = readonly [
  from: readonly (Status | null)[],
  to: readonly Status[],
  actors: readonly ActorKind[],
];

function expand<Status extends string>(rows: readonly Row<Status>[]): Transition<Status>[] {
  return rows.flatMap(([froms, tos, actors]) =>
    froms.flatMap((from) => tos.flatMap((to) => actors.map((actor) => ({ from, to, actor })))),
  );
}
