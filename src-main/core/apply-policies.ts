import type { Engine } from "../../app/engine/engine.ts";
import { EngineError } from "../../app/engine/engine-error.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { Storage } from "../../app/storage/storage.ts";
import type { PolicyOutcome } from "./core.ts";
import { nodesOfRun } from "./nodes-of-run.ts";
import { runsInState } from "./runs-in-state.ts";

/** From this many crashes in a row on, a run is suspect and waits for a person (engine.md §7). */
const suspectCrashes = 2;

/**
 * Does what the interrupted runs' workflows stored for this case (`onInterrupted`). Runs that were
 * stalled by an earlier clean quit are among them.
 */
export async function applyPolicies(engine: Engine, storage: Storage): Promise<PolicyOutcome[]> {
  const waiting: WorkflowRun[] = [];
  for await (const run of runsInState(storage, "stalled")) {
    if (run.onInterrupted !== "ask") waiting.push(run);
  }
  const outcomes: PolicyOutcome[] = [];
  for (const run of waiting) {
    const outcome = await applyPolicy({ engine, storage, run });
    if (outcome !== null) outcomes.push(outcome);
  }
  return outcomes;
}

interface PolicyCase {
  readonly engine: Engine;
  readonly storage: Storage;
  readonly run: WorkflowRun;
}

async function applyPolicy({ engine, storage, run }: PolicyCase): Promise<PolicyOutcome | null> {
  const { runId, onInterrupted: policy } = run;
  if (policy === "ask") return null;
  const actor = { kind: "policy", id: policy } as const;
  try {
    if (policy === "fail") {
      await engine.failRun({ runId, actor, reason: "interrupted" });
      return { runId, policy, outcome: "failed" };
    }
    if (!(await isSafeToResume(storage, run))) return { runId, policy, outcome: "left" };
    await engine.resumeRun({ runId, actor, policy });
    return { runId, policy, outcome: "resumed" };
  } catch (error) {
    // Such as a node type that this app no longer supports: the run stays stalled and says so itself.
    if (error instanceof EngineError) return { runId, policy, outcome: "left" };
    throw error;
  }
}

/** Safe = every in-flight node is pure or idempotent, and the run is not suspect. */
async function isSafeToResume(storage: Storage, run: WorkflowRun): Promise<boolean> {
  if (run.crashCount >= suspectCrashes) return false;
  for await (const node of nodesOfRun(storage, run.runId)) {
    if (node.status === "stalled" && node.replay === "external") return false;
  }
  return true;
}
