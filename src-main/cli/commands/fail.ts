import { act } from "../act.ts";
import type { Command } from "../command.ts";

export const fail: Command = {
  name: "fail",
  summary: "mark an interrupted, parked or waiting run as failed",
  usage: "RUN [--reason TEXT]",
  arguments: { least: 1, most: 1 },
  options: ["reason"],
  help: "For a run that is not worth going on with. Running runs are cancelled instead.",
  async run(context) {
    const [run = ""] = context.arguments;
    const reason = context.options.get("reason");
    const request = { do: "fail" as const, run, ...(reason === undefined ? {} : { reason }) };
    return act(context, { name: "fail", request, follow: false });
  },
};
