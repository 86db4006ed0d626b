import type { JobState } from "../../app/model/job.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { Storage } from "../../app/storage/storage.ts";

const limit = 500;

/** All runs in a state, newest first, a page at a time. */
export async function* runsInState(
  storage: Storage,
  state: JobState,
): AsyncGenerator<WorkflowRun, void> {
  let before: string | undefined;
  for (;;) {
    const from = before === undefined ? {} : { before };
    const page = await storage.listRuns({ states: [state], limit, ...from });
    yield* page;
    before = page.at(-1)?.runId;
    if (before === undefined || page.length < limit) return;
  }
}
