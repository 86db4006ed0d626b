import type { PlanNode, RunPlan } from "./run-plan.ts";

/**
 * What a new run's trigger says of its place: the machine it stays on, because one of its nodes needs that
 * machine's files, programs or secrets (workflow-format.md, `placement`); nothing when any machine will do.
 * A run is worked on by one engine at a time, so its strictest node decides for all of it.
 */
export function placeOf(
  plan: RunPlan,
  machineId: string | undefined,
): { readonly machineId?: string } {
  return machineId !== undefined && plan.nodes.some(needsThisMachine) ? { machineId } : {};
}

function needsThisMachine({ node, type, input }: PlanNode): boolean {
  const byDefault = input.secretNames.length > 0 ? "thisMachine" : type.defaultPlacement;
  return (node.placement ?? byDefault) === "thisMachine";
}
