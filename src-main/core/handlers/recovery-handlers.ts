import type { InterruptedRun } from "../../../app/contract/recovery.ts";
import { EngineError } from "../../../app/engine/engine-error.ts";
import type { FoundInterruptedRun } from "../reading/read-recovery.ts";
import { runsInState } from "../runs-in-state.ts";
import type { HandlerContext, Handlers, HandlerParts } from "./handler.ts";

type Names = "recovery.get" | "recovery.later" | "recovery.resumeSafe";

/** Bulk resume starts so many at once, so that it can be stopped. */
const atOnce = 2;
const pageSize = 100;

export function recoveryHandlers(parts: HandlerParts): Handlers<Names> {
  const { core, reads, putOff } = parts;
  const shown = (run: FoundInterruptedRun): InterruptedRun => ({
    ...run,
    isLater: putOff.has(run.run.runId),
  });

  return {
    "recovery.get": async ({ before, limit, runId }) => {
      const found =
        runId === undefined
          ? await reads.interruptedRuns({ before, limit })
          : { runs: [await reads.interruptedRun(runId)].filter((run) => run !== null), next: null };
      const { stalled, poisoned } = await reads.counters();
      const total = stalled + poisoned;
      return {
        runs: found.runs.map(shown),
        next: found.next,
        total,
        later: Math.min(putOff.count, total),
        byPolicy: core.policies.map(({ runId: id, outcome }) => ({ runId: id, outcome })),
      };
    },

    "recovery.later": async ({ runIds }) => {
      const interrupted = new Set<string>();
      for (const state of ["stalled", "poisoned"] as const) {
        for await (const run of runsInState(core.storage, state)) interrupted.add(run.runId);
      }
      putOff.keepOnly(interrupted);
      putOff.add(runIds.filter((runId) => interrupted.has(runId)));
      return { later: putOff.count };
    },

    "recovery.resumeSafe": async ({ runIds }, context) => {
      const chosen = runIds === "all" ? await allInterrupted(parts) : runIds;
      return resumeSafe(parts, chosen, context);
    },
  };
}

async function allInterrupted({ reads }: HandlerParts): Promise<string[]> {
  const runIds: string[] = [];
  for (let before: string | null = null; ;) {
    const { runs, next } = await reads.interruptedRuns({ before, limit: pageSize });
    runIds.push(...runs.map(({ run }) => run.runId));
    if (next === null) return runIds;
    before = next;
  }
}

/** Resumes what needs nobody's decision, two at a time; what it does not resume, it names. */
export async function resumeSafe(
  { core, reads, putOff }: Pick<HandlerParts, "core" | "reads" | "putOff">,
  runIds: readonly string[],
  { signal, actor }: HandlerContext,
) {
  const resumed: string[] = [];
  const left: { runId: string; why: string }[] = [];
  const queue = runIds.values();
  const work = async (): Promise<void> => {
    for (const runId of queue) {
      if (signal.aborted) return;
      const found = await reads.interruptedRun(runId);
      if (found === null) left.push({ runId, why: "It is not stalled any more." });
      else if (found.risk !== "safe") left.push({ runId, why: whyNot[found.risk] });
      else {
        const problem = await resumeOne(runId);
        if (problem === null) resumed.push(runId);
        else left.push({ runId, why: problem });
      }
    }
  };
  const resumeOne = async (runId: string): Promise<string | null> => {
    try {
      await core.engine.resumeRun({ runId, actor });
      putOff.forget(runId);
      return null;
    } catch (error) {
      // Such as "already resumed", or a node type that this app no longer has: the others go on.
      if (error instanceof EngineError) return error.message;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { resumed, left, isStopped: signal.aborted };
}

const whyNot = {
  review: "A step may have had its effect already: a person decides.",
  suspect: "The app crashed twice while it ran.",
  poisoned: "It was set aside after several crashes.",
} as const;
