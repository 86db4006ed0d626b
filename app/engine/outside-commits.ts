import type { ActionContext } from "./detached-run.ts";
import type { OutsideCommit } from "./engine.ts";

/** See Engine.heard. What this engine committed itself comes back this way, too, and is known already. */
export async function hearCommits(
  { internals, dispatcher }: ActionContext,
  commits: readonly OutsideCommit[],
): Promise<void> {
  const { bus, ports } = internals;
  for (const { runId, lastSeq } of commits) {
    const active = dispatcher.active.get(runId);
    if (active !== undefined) {
      // One that is busy finds out at its own commit, which is refused.
      if (!active.tasks.isBusy && lastSeq > active.state.known.lastSeq) active.tasks.reload();
      continue;
    }
    const run = await ports.storage.getRun(runId);
    if (run === null) continue;
    bus.publish({ kind: "committed", runId, lastSeq: run.lastSeq, status: run.status });
    if (run.status === "queued") dispatcher.nudge();
  }
}
