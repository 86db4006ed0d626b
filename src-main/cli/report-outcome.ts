import type { JsonValue } from "../../app/model/json.ts";
import { isTerminal } from "../../app/model/job.ts";
import type { WorkflowRun } from "../../app/model/workflow-run.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { nodesOfRun } from "../core/nodes-of-run.ts";
import { duration } from "./duration.ts";
import { exitCode, exitCodeOfState, type ExitCode } from "./exit-code.ts";
import { text, type Output, type Style } from "./output.ts";
import { getValue } from "./payload-value.ts";
import { shortRunId } from "./run-id.ts";

/** Says how a run stands after a command, as the last line; resolves with the exit code for that. */
export async function reportOutcome(
  output: Output,
  storage: Storage,
  runId: string,
): Promise<ExitCode> {
  const run = await storage.getRun(runId);
  if (run === null) throw new Error(`Run ${runId} is not in the data folder any more.`);
  const value =
    run.outputRef === null ? null : await getValue(storage, { of: "run", runId, slot: "output" });
  const { status, error } = run;
  if (!output.json) await tellOutcome({ output, storage, run, value });
  output.object({
    type: "result",
    runId,
    status,
    output: value,
    error,
    jobId: run.jobId,
    statusReason: run.statusReason,
    wakeAt: run.wakeAt,
  });
  return exitCodeOfState(status);
}

/** After Ctrl-C: the run was left where it is, and can go on. */
export async function reportInterrupted(
  output: Output,
  storage: Storage,
  runId: string,
): Promise<ExitCode> {
  await reportOutcome(output, storage, runId);
  return exitCode.interrupted;
}

interface Outcome {
  readonly output: Output;
  readonly storage: Storage;
  readonly run: WorkflowRun;
  readonly value: JsonValue;
}

async function tellOutcome({ output, storage, run, value }: Outcome): Promise<void> {
  const isParked = run.status === "queued" && run.wakeAt !== null;
  const [word, style] = isParked ? parked : words[run.status];
  const id = shortRunId(run.runId);
  const counts = `${run.nodesDone} of ${run.nodesTotal} steps`;
  const took =
    isTerminal(run.status) && run.startedAt !== null && run.finishedAt !== null
      ? `, ${duration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}`
      : "";
  output.line(`${output.paint(style, word)}  ${text(run.workflowName)}  (${counts}${took})`);
  if (run.error !== null) {
    const where = run.error.nodePath === undefined ? "" : ` in ${text(run.error.nodePath)}`;
    output.line(`  ${run.error.code}${where}: ${text(run.error.message, 1_000)}`);
  }
  if (value !== null) output.line(`  ${text(JSON.stringify(value), 2_000)}`);
  switch (run.status) {
    case "stalled":
      output.line(`  Go on after the last step that was done: handshake resume ${id}`);
      break;
    case "poisoned":
      output.line(
        `  It was interrupted by three crashes in a row: handshake resume ${id} --confirm-poisoned`,
      );
      break;
    case "queued":
    case "running":
      if (run.wakeAt !== null)
        output.line(`  It waits until ${run.wakeAt}. From then on: handshake resume ${id}`);
      break;
    case "awaiting_user":
    case "awaiting_validation":
      await tellQuestions({ output, storage, run, value });
      break;
    case "failed":
    case "cancelled":
      output.line(`  Take over what succeeded and try the rest again: handshake retry ${id}`);
      break;
    case "completed":
    case "completed_with_issues":
      break;
  }
}

async function tellQuestions({ output, storage, run }: Outcome): Promise<void> {
  for await (const node of nodesOfRun(storage, run.runId)) {
    if (node.status !== "awaiting_user" && node.status !== "awaiting_validation") continue;
    const question = node.question?.text ?? "Accept its result?";
    output.line(`  ${text(node.nodePath)} asks: ${text(question, 500)}`);
    output.line(
      `    handshake answer ${shortRunId(run.runId)} ${text(node.nodePath)} '${exampleAnswer(node.question?.kind)}'`,
    );
  }
}

function exampleAnswer(kind: "approval" | "confirmation" | "unknown_outcome" | undefined): string {
  switch (kind) {
    case "approval":
      return '{"approved": true}';
    case "confirmation":
      return '{"confirmed": true}';
    case "unknown_outcome":
      return '{"action": "run_again"}';
    case undefined:
      return '{"accepted": true}';
  }
}

const parked = ["parked", "yellow"] as const;
const words: Readonly<Record<WorkflowRun["status"], readonly [word: string, style: Style]>> = {
  queued: ["queued", "yellow"],
  running: ["running", "cyan"],
  stalled: ["interrupted", "yellow"],
  awaiting_user: ["waits for a person", "yellow"],
  awaiting_validation: ["waits for acceptance", "yellow"],
  completed: ["completed", "green"],
  completed_with_issues: ["completed with issues", "yellow"],
  failed: ["failed", "red"],
  cancelled: ["cancelled", "yellow"],
  poisoned: ["poisoned", "red"],
};
