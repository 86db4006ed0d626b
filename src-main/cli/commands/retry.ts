import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { followsRun } from "../detach.ts";

export const retry: Command = {
  name: "retry",
  summary: "a new run of the same job that takes over what succeeded and does the rest",
  usage: "RUN",
  arguments: { least: 1, most: 1 },
  options: ["detach"],
  help: "The old run keeps its history. Idempotency keys of steps that had not succeeded stay the same.",
  async run(context) {
    const [run = ""] = context.arguments;
    return act(context, {
      name: "retry",
      request: { do: "retry", run },
      follow: followsRun(context),
    });
  },
};
