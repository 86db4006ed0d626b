import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { followsRun } from "../detach.ts";
import { readJsonArgument } from "../json-value.ts";

export const fork: Command = {
  name: "fork",
  summary: "a new job that runs again from one step on; what stands before it is taken over",
  usage: "RUN NODE [--input JSON]",
  arguments: { least: 2, most: 2 },
  options: ["input", "detach"],
  help: "NODE and everything behind it run again; the other steps' saved outputs are used.",
  async run(context) {
    const { options, stdin } = context;
    const [run = "", node = ""] = context.arguments;
    const given = options.get("input");
    const input =
      given === undefined
        ? {}
        : { input: await readJsonArgument(given, { what: "--input", stdin }) };
    return act(context, {
      name: "fork",
      request: { do: "fork", run, node, ...input },
      follow: followsRun(context),
    });
  },
};
