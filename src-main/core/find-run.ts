import { EngineError } from "../../app/engine/engine-error.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { Storage } from "../../app/storage/storage.ts";

/** Shorter beginnings are refused: a run's id begins with its time, so many share their first digits. */
const shortestPrefix = 6;
const pageSize = 500;

/** Finds the run that a person names: its id, the beginning of its id, or `last`. Throws NOT_FOUND, BAD_REQUEST. */
export async function requireRun(storage: Storage, reference: string): Promise<WorkflowRun> {
  if (reference === "last") return requireNewestRun(storage);
  const text = reference.toLowerCase();
  if (/^[0-9a-f-]{36}$/.test(text)) {
    return (await storage.getRun(text)) ?? refuse(reference, "no run has this id");
  }
  if (!/^[0-9a-f-]+$/.test(text) || text.length < shortestPrefix) {
    throw new EngineError(
      "BAD_REQUEST",
      `"${reference}" names no run: give its id, at least the first ${shortestPrefix} characters of it, or the word last.`,
    );
  }
  return requireRunByPrefix(storage, text);
}

async function requireNewestRun(storage: Storage): Promise<WorkflowRun> {
  const [newest] = await storage.listRuns({ limit: 1 });
  return newest ?? refuse("last", "there are no runs yet");
}

async function requireRunByPrefix(storage: Storage, prefix: string): Promise<WorkflowRun> {
  const found: WorkflowRun[] = [];
  for await (const run of newestRunsFirst(storage)) {
    if (run.runId.startsWith(prefix)) found.push(run);
    // Ids begin with the time: everything after this is older still.
    else if (run.runId < prefix) break;
  }
  const [first, second] = found;
  if (first === undefined) return refuse(prefix, "no run's id begins like that");
  if (second === undefined) return first;
  const ids = found.slice(0, 4).map(({ runId }) => runId);
  throw new EngineError(
    "BAD_REQUEST",
    `${found.length} runs begin with "${prefix}": ${ids.join(", ")}${found.length > 4 ? ", …" : ""}. Give more of the id.`,
  );
}

async function* newestRunsFirst(storage: Storage): AsyncGenerator<WorkflowRun, void> {
  let before: string | undefined;
  for (;;) {
    const page = await storage.listRuns({
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    yield* page;
    before = page.at(-1)?.runId;
    if (before === undefined || page.length < pageSize) return;
  }
}

function refuse(reference: string, why: string): never {
  throw new EngineError(
    "NOT_FOUND",
    `There is no run "${reference}": ${why}. \`handshake runs\` lists them.`,
  );
}
