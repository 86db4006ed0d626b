import { userInfo } from "node:os";
import type { Core } from "../core/core.ts";
import { followRun } from "../core/follow-run.ts";
import { performRequest } from "../core/perform-request.ts";
import type { Action } from "./action.ts";
import type { CommandContext } from "./command.ts";
import { exitCode, exitCodeOfState, type ExitCode } from "./exit-code.ts";
import { lingerForOthers } from "./linger.ts";
import { readStorage } from "./read-storage.ts";
import { reportInterrupted, reportOutcome } from "./report-outcome.ts";
import { reportStart } from "./report-start.ts";
import { createRunView } from "./run-view.ts";
import { shortRunId } from "./run-id.ts";

/** Performs a request as the owner of the data folder, and gives the folder free at the end. */
export async function actHere(
  context: CommandContext,
  action: Action,
  core: Core,
): Promise<ExitCode> {
  try {
    reportStart(context.output, core, { startsEngine: action.follow });
    return await perform(context, action, core);
  } finally {
    await core.close({ drainMs: 0 });
  }
}

async function perform(context: CommandContext, action: Action, core: Core): Promise<ExitCode> {
  const { output, interrupted } = context;
  const { engine, storage } = core;
  const actor = { kind: "human", id: userInfo().username, via: "cli" } as const;
  if (interrupted.aborted) return exitCode.interrupted;
  const { runId, lastSeq } = await performRequest(core, action.request, actor);
  if (!action.follow) return reportOutcome(output, storage, runId);

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
