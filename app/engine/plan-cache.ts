import type { PinnedDefinition } from "../model/workflow-definition.ts";
import type { Storage } from "../storage/storage.ts";
import { EngineError } from "./engine-error.ts";
import type { NodeRegistry } from "./node-registry.ts";
import type { RunPlan } from "./run-plan.ts";
import { compileRunPlan } from "./run-plan.ts";

/** Compiled definitions by hash: JSONata takes 0.1 ms to compile, so plans are kept. */
export interface PlanCache {
  /** Throws EngineError when the definition is gone or needs node types that are not here. */
  get(hash: string): Promise<RunPlan>;
  /** Stores a definition that is about to be used, once. */
  put(definition: PinnedDefinition, at: string): Promise<RunPlan>;
}

const mostPlans = 64;

export function createPlanCache(storage: Storage, registry: NodeRegistry): PlanCache {
  const plans = new Map<string, RunPlan>();

  function keep(plan: RunPlan): RunPlan {
    if (plans.size >= mostPlans) {
      const oldest = plans.keys().next();
      if (oldest.done !== true) plans.delete(oldest.value);
    }
    plans.set(plan.hash, plan);
    return plan;
  }

  return {
    async get(hash) {
      const known = plans.get(hash);
      if (known !== undefined) return known;
      const pinned = await storage.getDefinition(hash);
      if (pinned === null)
        throw new EngineError("NOT_FOUND", `The workflow definition ${hash} is not stored.`);
      return keep(compileRunPlan(pinned, registry));
    },
    async put(definition, at) {
      const known = plans.get(definition.hash);
      if (known !== undefined) return known;
      const plan = compileRunPlan(definition, registry);
      await storage.putDefinition(definition, at);
      return keep(plan);
    },
  };
}
