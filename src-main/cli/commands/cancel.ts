import { act } from "../act.ts";
import type { Command } from "../command.ts";

export const cancel: Command = {
  name: "cancel",
  summary: "end a run as cancelled; its running steps are asked to stop",
  usage: "RUN [--reason TEXT]",
  arguments: { least: 1, most: 1 },
  options: ["reason"],
  help: "It ends at once when nothing of it runs, else within 30 s. Cancelling survives a crash.",
  async run(context) {
    const [run = ""] = context.arguments;
    const reason = context.options.get("reason");
    const request = { do: "cancel" as const, run, ...(reason === undefined ? {} : { reason }) };
    return act(context, { name: "cancel", request, follow: false });
  },
};
