import type { JobState } from "../../app/model/job.ts";
import type { ControlClient } from "../core/control-client.ts";
import type { Action } from "./action.ts";
import { CommandError } from "./command-error.ts";
import type { CommandContext } from "./command.ts";
import { exitCode, exitCodeOfState, type ExitCode } from "./exit-code.ts";
import { readStorage } from "./read-storage.ts";
import { reportOutcome } from "./report-outcome.ts";
import { createRunView } from "./run-view.ts";
import { shortRunId } from "./run-id.ts";

/** Has the owner of the data folder perform a request, and shows what it tells. */
export async function actThroughOwner(
  context: CommandContext,
  action: Action,
  client: ControlClient,
): Promise<ExitCode> {
  const { output, interrupted } = context;
  const hangUp = (): void => client.close();
  interrupted.addEventListener("abort", hangUp);
  try {
    const followed = await follow(context, action, client);
    if (followed.runId === null || (action.follow && followed.state === null)) {
      if (!interrupted.aborted) throw ownerGone(client, followed.runId);
      if (followed.runId !== null) {
        output.note(`Run ${shortRunId(followed.runId)} goes on in ${nameOf(client)}.`);
      }
      return exitCode.interrupted;
    }
    const { runId, state } = followed;
    await readStorage(context, (storage) => reportOutcome(output, storage, runId));
    return state === null ? exitCode.completed : exitCodeOfState(state);
  } finally {
    interrupted.removeEventListener("abort", hangUp);
  }
}

interface Followed {
  /** Null: it was not accepted. */
  readonly runId: string | null;
  /** Null: not followed, or not to the end. */
  readonly state: JobState | null;
}

async function follow(
  { output }: CommandContext,
  action: Action,
  client: ControlClient,
): Promise<Followed> {
  const view = createRunView(output);
  let runId: string | null = null;
  try {
    for await (const answer of client.send(action.request, { follow: action.follow })) {
      switch (answer.reply) {
        case "accepted":
          runId = answer.runId;
          output.note(`Run ${shortRunId(runId)}, in ${nameOf(client)}`);
          break;
        case "update":
          view.update(answer.update);
          break;
        case "done":
          return { runId, state: answer.state };
      }
    }
    return { runId, state: null };
  } finally {
    view.close();
  }
}

function nameOf({ owner }: ControlClient): string {
  return `\`${owner.kind}\` (pid ${owner.pid})`;
}

function ownerGone(client: ControlClient, runId: string | null): CommandError {
  const owner = nameOf(client);
  const details = { pid: client.owner.pid, runId };
  if (runId === null) {
    return new CommandError(
      "OWNER_GONE",
      `${owner}, which owns the data folder, ended before it answered. \`handshake runs\` shows whether it took the request.`,
      { exit: exitCode.storage, details },
    );
  }
  return new CommandError(
    "OWNER_GONE",
    `${owner} ended while it worked on the run. Nothing that was done is lost: handshake resume ${shortRunId(runId)}`,
    { exit: exitCode.waiting, details },
  );
}
