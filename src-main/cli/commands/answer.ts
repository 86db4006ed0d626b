import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { readJsonArgument } from "../json-value.ts";

export const answer: Command = {
  name: "answer",
  summary: "answer the question that a step waits with, and go on",
  usage: "RUN NODE JSON",
  arguments: { least: 3, most: 3 },
  options: [],
  help: `JSON is text, @FILE, or @- for standard input. By what the step asks for:
  approval          handshake answer last ok '{"approved": true}'
  confirmation      handshake answer last send '{"confirmed": true}'
  unknown outcome   handshake answer last send '{"action": "run_again"}'   (or mark_done, fail)
  review            handshake answer last draft '{"accepted": false, "reason": "too long"}'`,
  async run(context) {
    const [run = "", node = "", given = ""] = context.arguments;
    const value = await readJsonArgument(given, { what: "The answer", stdin: context.stdin });
    const request = { do: "answer" as const, run, node, answer: value };
    return act(context, { name: "answer", request, follow: true });
  },
};
