import { requireRun } from "../../core/find-run.ts";
import type { Command } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { readStorage } from "../read-storage.ts";
import { readWholeRun } from "../whole-run.ts";
import { showRun } from "../show-run.ts";

export const show: Command = {
  name: "show",
  summary: "show one run: its steps with attempts, inputs and outputs, its history",
  usage: "RUN",
  arguments: { least: 1, most: 1 },
  options: [],
  help: "Only reads, so it works while another process owns the data folder.",
  async run(context) {
    const [reference = ""] = context.arguments;
    return readStorage(context, async (storage) => {
      const run = await requireRun(storage, reference);
      const shown = await readWholeRun(storage, run);
      context.output.object(shown);
      if (!context.output.json) showRun(context.output, shown);
      return exitCode.completed;
    });
  },
};
