import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { followsRun } from "../detach.ts";

export const rerun: Command = {
  name: "rerun",
  summary: "a new run of the same job from the start, with the same input",
  usage: "RUN",
  arguments: { least: 1, most: 1 },
  options: ["detach"],
  help: "The old run keeps its history; if it had not ended it is cancelled.",
  async run(context) {
    const [run = ""] = context.arguments;
    return act(context, {
      name: "rerun",
      request: { do: "rerun", run },
      follow: followsRun(context),
    });
  },
};
