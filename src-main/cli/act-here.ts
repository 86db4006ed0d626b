import { userInfo } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Core } from "../core/core.ts";
import { followRun } from "../core/follow-run.ts";
import { performRequest } from "../core/perform-request.ts";
import type { Action } from "./action.ts";
import { closingCore } from "./closing-core.ts";
import type { CommandContext } from "./command.ts";
import { exitCode, exitCodeOfState, type ExitCode } from "./exit-code.ts";
import { lingerForOthers } from "./linger.ts";
import type { Reached } from "./reach-core.ts";
import { readStorage } from "./read-storage.ts";
import { reportInterrupted, reportOutcome } from "./report-outcome.ts";
import { reportStart } from "./report-start.ts";
import { createRunView } from "./run-view.ts";
import { shortRunId } from "./run-id.ts";

/** Performs a request as the owner of the data folder, and gives the folder free at the end. */
export async function actHere(
  context: CommandContext,
  action: Action,
  { core, onlyRuns }: Owned,
): Promise<ExitCode> {
  return closingCore(core, () => {
    reportStart(context.output, core, { startsEngine: action.follow });
    return perform(context, action, { core, onlyRuns });
  });
}

type Owned = Extract<Reached, { kind: "own" }>;

async function perform(
  context: CommandContext,
  action: Action,
  { core, onlyRuns }: Pick<Owned, "core" | "onlyRuns">,
): Promise<ExitCode> {
  const { output, interrupted } = context;
  const { engine, storage } = core;
  const actor = { kind: "human", id: userInfo().username, via: "cli" } as const;
  if (interrupted.aborted) return exitCode.interrupted;
  const isShared = context.database().kind === "postgres";
  // Else a worker may take the run before this command does.
  if (isShared && action.follow) core.startEngine();
  const { runId, lastSeq } = await performRequest(core, action.request, actor);
  if (isShared) {
    onlyRuns.add(runId);
    // It was queued before the engine knew that it may take it.
    await engine.heard([{ runId, lastSeq }]);
  }
  if (!action.follow) {
    // Another engine may be at work on it: it has 30 s to end, and a little more to say so.
    if (action.request.do === "cancel" && isShared) await ended({ engine, runId, interrupted });
    const code = await reportOutcome(output, storage, runId);
    // Queued is what was asked for.
    return context.options.has("detach") ? exitCode.completed : code;
  }

  const view = createRunView(output);
  output.note(`Run ${shortRunId(runId)}`);
  core.startEngine();
  const onUpdate = view.update;
  const state = await followRun({
    engine,
    storage,
    runId,
    after: lastSeq,
    gone: interrupted,
    onUpdate,
  })
    // What is live goes off the screen before anything else is written.
    .finally(() => view.close());
  if (state === null) {
    await core.close({ drainMs: 0 });
    return readStorage(context, (saved) => reportInterrupted(output, saved, runId));
  }
  await reportOutcome(output, storage, runId);
  return (await lingerForOthers(context, core)) ? exitCodeOfState(state) : exitCode.interrupted;
}

const longestEndMs = 35_000;

async function ended(wait: {
  readonly engine: Core["engine"];
  readonly runId: string;
  readonly interrupted: AbortSignal;
}): Promise<void> {
  const { engine, runId, interrupted } = wait;
  const late = pause(longestEndMs, undefined, { signal: interrupted, ref: false });
  await Promise.race([engine.waitForRun(runId), late.catch(() => undefined)]);
}
