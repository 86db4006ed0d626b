import { InterruptedDecision } from "../../../app/model/run-event.ts";
import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { followsRun } from "../detach.ts";
import { usageError } from "../command-error.ts";
import { parseJsonText } from "../json-value.ts";

export const resume: Command = {
  name: "resume",
  summary: "go on with an interrupted (or parked) run after its last step that was done",
  usage: "RUN [--decide NODE=run_again|mark_done|skip:JSON]… [--confirm-poisoned]",
  arguments: { least: 1, most: 1 },
  options: ["decide", "confirm-poisoned", "detach"],
  help: `A step that may have touched the outside world when it was interrupted waits for your
decision: run it again, mark it done, or skip it with an output of your own:
  handshake resume last --decide send=mark_done --decide 'fetch=skip:{"body": ""}'
A run that was interrupted by three crashes in a row needs --confirm-poisoned.`,
  async run(context) {
    const [run = ""] = context.arguments;
    const decisions = Object.fromEntries(context.options.all("decide").map(readDecision));
    const confirmPoisoned = context.options.has("confirm-poisoned");
    const request = { do: "resume" as const, run, decisions, confirmPoisoned };
    return act(context, { name: "resume", request, follow: followsRun(context) });
  },
};

function readDecision(given: string): [node: string, decision: InterruptedDecision] {
  const [, node, action] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  if (node === undefined || action === undefined) throw wrongDecision(given);
  if (action === "run_again" || action === "mark_done") return [node, { action }];
  if (!action.startsWith("skip:")) throw wrongDecision(given);
  const output = parseJsonText(action.slice("skip:".length), `The output in --decide ${given}`);
  return [node, InterruptedDecision.parse({ action: "skip_with_output", output })];
}

function wrongDecision(given: string): Error {
  return usageError(
    `--decide is "${given}", but must be NODE=run_again, NODE=mark_done or NODE=skip:JSON.`,
  );
}
