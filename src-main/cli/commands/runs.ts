import { JobState } from "../../../app/model/job.ts";
import type { WorkflowRun } from "../../../app/model/workflow-run.ts";
import { nearestName } from "../../../app/validation/nearest-name.ts";
import type { Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { exitCode } from "../exit-code.ts";
import { runLine } from "../json-shapes.ts";
import { text, type Output } from "../output.ts";
import { readStorage } from "../read-storage.ts";
import { shortRunId } from "../run-id.ts";

const defaultLimit = 20;
const highestLimit = 10_000;

export const runs: Command = {
  name: "runs",
  summary: "list runs, newest first",
  usage: "[--status S,…] [--limit N]",
  arguments: { least: 0, most: 0 },
  options: ["status", "limit"],
  help: `Only reads, so it works while another process owns the data folder.
States: ${JobState.options.join(", ")}.`,
  async run(context) {
    const { options, output } = context;
    const limit = readLimit(options.get("limit"));
    const states = options
      .all("status")
      .flatMap((list) => list.split(","))
      .map(readState);
    return readStorage(context, async (storage) => {
      const query = states.length === 0 ? { limit } : { limit, states };
      const found = await storage.listRuns(query);
      for (const run of found) {
        output.object(runLine(run));
        output.line(lineOf(run, output));
      }
      if (found.length === 0) output.note("No runs.");
      if (found.length === limit) output.note(`There may be more: --limit ${limit * 10}`);
      return exitCode.completed;
    });
  },
};

function readLimit(given: string | undefined): number {
  if (given === undefined) return defaultLimit;
  const limit = Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= highestLimit) return limit;
  throw usageError(`--limit is "${given}", but must be a number from 1 to ${highestLimit}.`);
}

function readState(given: string): JobState {
  const state = JobState.safeParse(given.trim());
  if (state.success) return state.data;
  const nearest = nearestName(given, JobState.options);
  const hint =
    nearest === null
      ? `It must be one of ${JobState.options.join(", ")}.`
      : `Did you mean ${nearest}?`;
  throw usageError(`--status knows no state "${given}". ${hint}`);
}

function lineOf(run: WorkflowRun, output: Output): string {
  const started = run.createdAt.slice(0, 19).replace("T", " ");
  const steps = `${run.nodesDone}/${run.nodesTotal}`;
  return [
    shortRunId(run.runId),
    output.paint("bold", run.status.padEnd(21)),
    output.paint("dim", `${started}Z`),
    steps.padStart(9),
    text(run.workflowName, 60),
  ].join("  ");
}
